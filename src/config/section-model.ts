import { z } from 'zod';
import { choice, duration, fraction, secret, serviceUrl, text, webUrl, whole } from './setting.ts';

const provider = choice('Who runs the model; none leaves everything to rules.', [
  'none',
  'openai',
  'anthropic',
  'google',
  'gateway',
  'openai-compatible',
]).default('none');
const model = text('Name of the model, as its provider writes it.').optional();
const base_url = webUrl('Root of the provider, such as http://localhost:11434/v1 for Ollama.').optional();
const api_key = secret('Key of the provider.').optional();

const TRILLION = 1_000_000_000_000;

const budgets = z
  .strictObject({
    tokens_per_day: whole('Tokens in and out on one day.', { min: 0, max: TRILLION }).default(2_000_000),
    tokens_per_month: whole('Tokens in and out in one month.', { min: 0, max: TRILLION }).default(30_000_000),
    micro_usd_per_day: whole('Money on one day; 1000000 is one US dollar.', {
      min: 0,
      max: TRILLION,
    }).default(1_000_000),
    micro_usd_per_month: whole('Money in one month; 1000000 is one US dollar.', {
      min: 0,
      max: TRILLION,
    }).default(10_000_000),
    input_tokens_per_message: whole('Tokens of one prompt; longer mail is cut.', {
      min: 500,
      max: 1_000_000,
    }).default(8_000),
    calls_per_sender_hour: whole('Calls for mail of one sender in an hour.', {
      min: 1,
      max: 100_000,
    }).default(20),
  })
  .describe('What the model may cost. When it is spent, work for the model waits.');

const fallback = z
  .strictObject({ provider, model, base_url, api_key })
  .describe('A second model, asked when the first one can not answer.');

export const modelSection = z
  .strictObject({
    provider,
    model,
    base_url,
    api_key,
    temperature: fraction('How freely the model chooses its words.', { min: 0, max: 2 }).default(0),
    max_output_tokens: whole('Tokens of one answer.', { min: 16, max: 100_000 }).default(500),
    timeout: duration('Time that one call gets.', { min: '1s', max: '30m' }).prefault('60s'),
    fallback: fallback.prefault({}),
    budgets: budgets.prefault({}),
  })
  .describe('The language model, which nothing needs.');

export const endpoints = z
  .strictObject({
    gmail: serviceUrl('Gmail API.').default('https://gmail.googleapis.com'),
    google_auth: serviceUrl('Where Google asks for consent.').default(
      'https://accounts.google.com/o/oauth2/v2/auth',
    ),
    google_token: serviceUrl('Where Google gives tokens.').default('https://oauth2.googleapis.com/token'),
    google_revoke: serviceUrl('Where Google takes tokens back.').default(
      'https://oauth2.googleapis.com/revoke',
    ),
    calendar: serviceUrl('Google Calendar API.').default('https://www.googleapis.com/calendar/v3'),
    pubsub: serviceUrl('Google Pub/Sub API.').default('https://pubsub.googleapis.com'),
    discord: serviceUrl('Discord REST API.').default('https://discord.com/api'),
    discord_gateway: serviceUrl(
      'Discord gateway, when it is not the one that Discord names.',
      'ws',
    ).optional(),
    telegram: serviceUrl('Telegram Bot API.').default('https://api.telegram.org'),
    openai: serviceUrl('OpenAI API.').default('https://api.openai.com/v1'),
    anthropic: serviceUrl('Anthropic API.').default('https://api.anthropic.com/v1'),
    google_ai: serviceUrl('Gemini API.').default('https://generativelanguage.googleapis.com/v1beta'),
    gateway: serviceUrl('AI gateway.').default('https://ai-gateway.vercel.sh/v3/ai'),
  })
  .describe('Roots of outside services. Only for tests, proxies and stand-ins.');
