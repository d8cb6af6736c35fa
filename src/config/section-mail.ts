import { z } from 'zod';
import { choice, duration, flag, fraction, list, path, secret, text, whole } from './setting.ts';

const backfillDays = whole('Days of older mail that a new account brings in.', { min: 0, max: 36_500 });
const address = z.string().regex(/^[^\s@]+@[^\s@]+$/);

export const gmail = z
  .strictObject({
    client_id: text('Client id of your own Google OAuth client.').optional(),
    client_secret: secret('Its client secret.').optional(),
    credentials_path: path(
      'The client as the JSON file that Google offers, in place of the two above.',
    ).optional(),
    access: choice(
      'What Ashford asks Google for. watch_only: reading. normal: all but deleting for ever. full: that too.',
      ['watch_only', 'normal', 'full'],
    ).default('normal'),
    price_list: choice("Which of Google's price lists the quota is reckoned by.", ['2026', 'old']).default(
      '2026',
    ),
    quota_share: fraction("Part of one account's quota that Ashford uses.", { min: 0.01, max: 1 }).default(
      0.75,
    ),
    units_per_minute: whole(
      'Units that Google grants one account in a minute, where the price list is not what holds for your project.',
      { min: 60, max: 1_000_000_000 },
    ).optional(),
    use_pubsub: flag(
      'Be told of new mail by Pub/Sub. Signing in then asks for Pub/Sub too; one of the accounts must be a subscriber.',
    ).default(false),
    project_id: text('Google Cloud project of the Pub/Sub subscription.').optional(),
    topic: text('Pub/Sub topic that Gmail publishes to.').optional(),
    subscription: text('Pub/Sub subscription that Ashford reads.').optional(),
    poll_interval: duration('How often Gmail is asked for what notifications missed.', {
      min: '5s',
      max: '1d',
    }).prefault('2m'),
    snooze_label: text('Label of snoozed mail. Gmail keeps the name Snoozed for itself.').default('Later'),
    forward_email: text('Address of the forward button.', 'an e-mail address').optional(),
    batch_size: whole('Messages fetched with one request.', { min: 1, max: 100 }).default(50),
    backfill_days: backfillDays.default(30),
  })
  .describe('Gmail accounts.');

export const imap = z
  .strictObject({
    idle: flag('Be told of new mail by IDLE, where the server offers it.').default(true),
    poll_interval: duration('How often a server is asked for what IDLE missed.', {
      min: '5s',
      max: '1d',
    }).prefault('5m'),
    backfill_days: backfillDays.default(30),
    archive_folder: text('Folder of archived mail, where the server names none.').default('Archive'),
    snooze_folder: text('Folder of snoozed mail: of the same name as gmail.snooze_label.').default('Later'),
    ca_file: path('Certificates to trust besides those of the system, as a PEM file.').optional(),
  })
  .describe('IMAP accounts.');

export const sending = z
  .strictObject({
    per_day: whole('Mails that one account sends in a day.', { min: 0, max: 2_000 }).default(50),
    automatic_per_day: whole('Of these, those that no person asked for by hand.', {
      min: 0,
      max: 2_000,
    }).default(20),
    delay: duration('Time that a mail waits before it leaves, in which it can be called back.', {
      min: '0s',
      max: '1h',
    }).prefault('10s'),
  })
  .describe('Sending mail.');

export const policy = z
  .strictObject({
    approval_always: list(
      'Action types that always wait for a yes, such as trash or archive.',
      z.string().min(1),
      'a list of action types',
    ).default([]),
    confidence_default: fraction('Confidence below which a decision of the model waits for a yes.', {
      min: 0,
      max: 1,
    }).default(0.7),
    confidence_leave_inbox: fraction('The same for what leaves the inbox.', { min: 0, max: 1 }).default(0.85),
    rule_mode: choice('Whether the first rule that matches decides, or all that match do.', [
      'first_match',
      'all_matches',
    ]).default('first_match'),
    forward_allow: list(
      'Addresses that mail may be forwarded to.',
      address,
      'a list of e-mail addresses',
    ).default([]),
    approval_expiry: duration('How long an approval waits before it counts as a no.', {
      min: '1m',
      max: '365d',
    }).prefault('7d'),
    changes_per_hour: whole('Archives and label changes of one account in an hour before it asks.', {
      min: 1,
      max: 100_000,
    }).default(200),
    trashes_per_hour: whole('The same for what goes to the trash.', { min: 1, max: 100_000 }).default(50),
  })
  .describe('What may happen without asking.');
