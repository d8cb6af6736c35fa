import { requestAction } from '#actions/request.ts';
import type { ParsedMail } from '#mail/message.ts';
import { parseMail } from '#mail/mime.ts';
import { ManualClock } from '#std/clock.ts';
import { type TestApp, type TestMail, testApp } from './test-app.ts';

export const START = Date.parse('2026-01-15T09:00:00.000Z');
export const OWNER = { actor: 'owner', channel: 'test' };
const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const AUTH = 'mx.marlow.example';

export const start = async (settings: Record<string, unknown> = {}) => {
  const clock = new ManualClock(START);
  const t = await testApp({ clock, settings });
  await trust(t, t.accountId);
  return { t, clock };
};

/** The account's own server says of every mail whether its sender is who it says. */
export const trust = (t: TestApp, accountId: string) =>
  t.app.db.write((tx) =>
    tx.run('update accounts set config_json = $1 where id = $2', [
      JSON.stringify({ trustedAuthServer: AUTH }),
      accountId,
    ]),
  );

/** A letter whose sender the account's own server vouches for. */
export const letter = (from: string, subject: string, headers: string[] = []): TestMail => ({
  raw: [
    `Return-Path: <${from}>`,
    `Authentication-Results: ${AUTH}; dmarc=pass header.from=${from.slice(from.indexOf('@') + 1)}`,
    `From: ${from}`,
    'To: robin@marlow.example',
    `Subject: ${subject}`,
    `Message-ID: <${subject.replaceAll(/\W/g, '')}.${from}>`,
    'Date: Thu, 15 Jan 2026 09:00:00 +0000',
    ...headers,
    '',
    'Are you there?',
    '',
  ].join('\r\n'),
});

/** A rule for all mail that `letter` makes, which may do anything without asking. */
export const rule = (t: TestApp, actions: unknown[], more: Record<string, unknown> = {}) =>
  t.addRule({
    name: 'All mail',
    conditions: { type: 'body_contains', value: 'there' },
    actions,
    safeMode: 'dangerous_override',
    ...more,
  });

export const AWAY = { type: 'auto_reply', parameters: { text: 'I am not there until Monday.' } };

export const wait = async (t: TestApp, clock: ManualClock, ms = MINUTE) => {
  await t.drain();
  clock.advance(ms);
  await t.drain();
};

/** What lies in Sent, or under another label. */
export const mailIn = async (t: TestApp, label = 'SENT', accountId = t.accountId): Promise<ParsedMail[]> => {
  const rows = await t.app.db.all<{ raw: Uint8Array; labels_json: string }>(
    'select raw, labels_json from local_messages where account_id = $1 and deleted = 0 order by modseq',
    [accountId],
  );
  return Promise.all(
    rows.filter((row) => row.labels_json.includes(`"${label}"`)).map((row) => parseMail(row.raw)),
  );
};

export const actionsOf = (t: TestApp) =>
  t.app.db.all<{ id: string; status: string; why: string | null }>(
    'select id, status, error_message as why from actions order by id',
  );

const messageId = async (t: TestApp, subject: string) =>
  (await t.app.db.all<{ id: string }>('select id from messages where subject = $1', [subject]))[0]?.id ?? '';

export const act = async (t: TestApp, subject: string, type: string, parameters: Record<string, unknown>) =>
  requestAction(t.app, {
    userId: t.app.owner.id,
    messageId: await messageId(t, subject),
    type,
    parameters,
    confirmed: true,
    by: OWNER,
  });
