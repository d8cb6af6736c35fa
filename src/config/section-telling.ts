import { z } from 'zod';
import { duration, flag, list, pattern, secret, timeZone, whole } from './setting.ts';

const id = z.string().regex(/^\d{1,20}$/);

export const discord = z
  .strictObject({
    bot_token: secret('Token of the Discord bot. Without it Discord is off.').optional(),
    channel_id: pattern(
      'The one channel that Ashford writes to.',
      /^\d{1,20}$/,
      'a number, in quotes',
    ).optional(),
    whitelist: list('Ids of the Discord users who may act.', id, 'a list of numbers, in quotes').default([]),
  })
  .describe('Discord.');

export const telegram = z
  .strictObject({
    bot_token: secret('Token of the Telegram bot. Without it Telegram is off.').optional(),
    default_digest_interval: duration('Time between digests of a chat that chose none.', {
      min: '5m',
      max: '30d',
    }).prefault('1d'),
  })
  .describe('Telegram.');

export const digest = z
  .strictObject({
    default_schedule: pattern(
      'When digests come, for users who chose nothing.',
      /^\S+(\s+\S+){4}$/,
      'five cron fields such as "0 8 * * *"',
    ).default('0 8 * * *'),
    time_zone: timeZone('Time zone of schedules and quiet hours. Default: the one of this machine.'),
    quiet_hours: pattern(
      'When nothing is sent at once.',
      /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
      'two times such as "22:00-07:00"',
    ).optional(),
    channels: list(
      'Where digests go, for users who chose nothing.',
      z.enum(['web', 'discord', 'telegram', 'email']),
      'a list of web, discord, telegram and email',
    ).default(['web']),
    alerts: flag('Tell of urgent mail at once, not only in digests.').default(true),
    alerts_per_hour: whole('Alerts to one user in an hour.', { min: 0, max: 1000 }).default(6),
  })
  .describe('Digests.');

export const summary = z
  .strictObject({
    providers: list(
      'What writes summaries; the first that can does.',
      z.enum(['model', 'fallback', 'local', 'first_sentences']),
      'a list of model, fallback, local and first_sentences',
    ).default(['model', 'fallback', 'local', 'first_sentences']),
    timeout: duration('Time that one provider gets for one summary.', { min: '100ms', max: '10m' }).prefault(
      '20s',
    ),
    openai_api_key: secret('Key for summaries by OpenAI, when it is not the one of [model].').optional(),
    anthropic_api_key: secret(
      'Key for summaries by Anthropic, when it is not the one of [model].',
    ).optional(),
  })
  .describe('Summaries in digests.');
