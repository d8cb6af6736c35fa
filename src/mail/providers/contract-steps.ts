import type { LabelRole, MailState } from '#mail/message.ts';
import type { MailPatch } from '#mail/patch.ts';
import type { Mailbox, MailChange, Outgoing, Surveyed } from '#mail/port.ts';
import { systemClock } from '#std/clock.ts';
import { type Instant, toInstant } from '#std/time.ts';

/** A mail like any other, with a number to know it by. */
export const message = (n: number, more = ''): Uint8Array =>
  new TextEncoder().encode(
    `From: Ann <ann@x.example>\r\nTo: bob@y.example\r\nSubject: mail ${n}\r\nMessage-ID: <m${n}@x.example>\r\n${more}\r\nbody ${n}\r\n`,
  );

/** A mail with one small attachment. */
export const WITH_ATTACHMENT = new TextEncoder().encode(
  [
    'Subject: papers',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'see the paper',
    '--b',
    'Content-Type: application/pdf',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename=a.pdf',
    '',
    'JVBERi0=',
    '--b--',
    '',
  ].join('\r\n'),
);

/** The id of the label with that role. */
export const byRole = async (mailbox: Mailbox, role: LabelRole): Promise<string> => {
  const label = (await mailbox.labels()).find((l) => l.role === role);
  if (!label) throw new Error(`The mailbox has no label with the role ${role}`);
  return label.id;
};

/** All changes after the cursor, page by page. */
export const follow = async (
  mailbox: Mailbox,
  from: string | null,
  limit = 100,
): Promise<{ changes: MailChange[]; cursor: string; pages: number }> => {
  const changes: MailChange[] = [];
  let cursor = from;
  for (let pages = 1; ; pages++) {
    const page = await mailbox.changes(cursor, limit);
    if ('expired' in page) throw new Error('The cursor expired');
    if (page.changes.length > limit) throw new Error('A page holds more than was asked for');
    changes.push(...page.changes);
    cursor = page.cursor;
    if (!page.more) return { changes, cursor: page.cursor, pages };
  }
};

/** Everything that a survey tells, its pages no larger than asked. */
export const surveyOf = async (
  mailbox: Mailbox,
  since: Instant | null,
  limit: number,
): Promise<Surveyed[]> => {
  const all: Surveyed[] = [];
  for await (const page of mailbox.survey(since, limit)) {
    if (page.length > limit) throw new Error('A page holds more than was asked for');
    all.push(...page);
  }
  return all;
};

/** A patch as actions apply it: first what it comes to here, then that. */
export const change = async (mailbox: Mailbox, id: string, wanted: MailPatch): Promise<MailPatch> => {
  const state = await mailbox.state(id);
  if (!state) throw new Error('The message is gone');
  const expanded = await mailbox.expand(wanted, state);
  await mailbox.modify(id, expanded);
  return expanded;
};

/** A mail on its way out. */
export const outgoing = (n: number, more: Partial<Outgoing> = {}): Outgoing => ({
  opId: String(n).padStart(32, '0'),
  messageId: `m${n}@x.example`,
  raw: message(n, `X-Op-Id: ${String(n).padStart(32, '0')}\r\n`),
  from: 'ann@x.example',
  recipients: ['bob@y.example'],
  threadKey: null,
  stagedId: null,
  since: toInstant(systemClock.ms() - 60_000),
  ...more,
});

/** A state that can be compared. */
export const sorted = (state: MailState | null): MailState | null =>
  state && { labels: [...state.labels].sort(), flags: [...state.flags].sort() };
