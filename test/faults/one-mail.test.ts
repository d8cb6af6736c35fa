import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount, findAccountByEmail } from '#accounts/store.ts';
import { requestAction } from '#actions/request.ts';
import { decide } from '#approvals/decide.ts';
import { approvalOfAction } from '#approvals/store.ts';
import { syncJob } from '#ingest/sync.job.ts';
import type { Mailbox } from '#mail/port.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import { AppError } from '#std/errors.ts';
import type { App } from '../../src/app.ts';
import type { Killer } from './killer.ts';
import { everyDeath, Grounds, nobody } from './lives.ts';

const LETTER = new TextEncoder().encode(
  'From: Ada <ada@example.com>\r\nTo: me@home.example\r\nSubject: Lunch?\r\nMessage-ID: <l@x.example>\r\n\r\nAt noon?\r\n',
);

/** A server that lives on when the program dies. */
interface Server {
  /** Operations that left, each as often as it did. */
  readonly left: string[];
  between(mailbox: Mailbox): Mailbox;
}

/** A mail is put among the drafts and sent from there: a draft that is gone can't be sent. */
const draftServer = (): Server => {
  const drafts = new Map<string, string>();
  const left: string[] = [];
  return {
    left,
    between: (mailbox) => ({
      ...mailbox,
      stage: async ({ opId }) => {
        const known = [...drafts].find(([, op]) => op === opId)?.[0];
        const id = known ?? `draft-${drafts.size + left.length + 1}`;
        drafts.set(id, opId);
        return id;
      },
      send: async ({ stagedId, opId }) => {
        if (!drafts.delete(stagedId ?? ''))
          throw new AppError('transient', 'mail.send-unknown', 'It is gone');
        left.push(opId);
        return `sent-${left.length}`;
      },
      traceSend: async ({ stagedId, opId }) => {
        if (drafts.has(stagedId ?? '')) return { kind: 'not-sent' };
        return left.includes(opId) ? { kind: 'sent', id: null } : { kind: 'unknown' };
      },
      unstage: async () => {},
    }),
  };
};

/** A mail that was taken leaves no trace, and what is handed over again leaves again. */
const silentServer = (): Server => {
  const left: string[] = [];
  return {
    left,
    between: (mailbox) => ({
      ...mailbox,
      stage: async () => null,
      send: async ({ opId }) => {
        left.push(opId);
        return null;
      },
      traceSend: async () => ({ kind: 'unknown' }),
      unstage: async () => {},
    }),
  };
};

const grounds = new Grounds();
beforeAll(() => grounds.startEmpty());
afterAll(() => grounds.clear());

/** What the person does, each command until it is acknowledged: connect, ask for a reply, say yes to its card. */
const letterIn = async (app: App): Promise<void> => {
  const userId = app.owner.id;
  const key = { userId, provider: 'local', email: 'me@home.example' };
  const { id: accountId } =
    (await findAccountByEmail(app.db, key)) ?? (await createAccount(app, { ...key, displayName: 'Me' }));
  const mail = { raw: LETTER, date: app.clock.now(), labels: ['INBOX'], flags: [] };
  await app.db.write((tx) => deliver(tx, { accountId, mails: [mail] }));
  await app.queue.enqueue(syncJob, { accountId }, { userId });
};

const askForReply = async (app: App): Promise<void> => {
  if ((await app.db.all('select 1 from actions')).length > 0) return;
  const [message] = await app.db.all<{ id: string }>('select id from messages');
  await requestAction(app, {
    userId: app.owner.id,
    messageId: message?.id ?? '',
    type: 'reply',
    parameters: { text: 'Yes.' },
    confirmed: false,
    by: { actor: 'owner', channel: 'test' },
  });
};

const sayYes = async (app: App): Promise<void> => {
  const [action] = await app.db.all<{ id: string }>('select id from actions');
  const approval = await approvalOfAction(app.db, action?.id ?? '');
  if (approval?.state !== 'waiting') return;
  const yes = {
    userId: app.owner.id,
    approvalId: approval.id,
    answer: 'approve',
    by: 'me',
    via: 'test',
  } as const;
  await decide(app, yes);
};

interface End {
  left: number;
  state: string;
}

const scenario = (name: string, server: Server, killer: Killer): Promise<End> =>
  grounds.tell(name, killer, {
    steps: [letterIn, askForReply, sayYes],
    // Up to the last look for a mail.
    waits: 4,
    between: (killing) => ({
      db: (db) => killing?.db(db) ?? db,
      mailbox: (mailbox) => killing?.mailbox(server.between(mailbox)) ?? server.between(mailbox),
    }),
    end: async (app) => {
      const rows = await app.db.all<{ status: string; state: string }>(
        'select a.status, o.state from actions a left join outbox o on o.action_id = a.id',
      );
      return { left: server.left.length, state: rows.map((r) => `${r.state} ${r.status}`).join(', ') };
    },
  });

const SENT = { left: 1, state: 'sent completed' };

test('a reply that is asked for, approved and sent through a draft, killed at every port call in turn, leaves once', async () => {
  const whole = nobody();
  expect(await scenario('whole', draftServer(), whole)).toEqual(SENT);
  expect(whole.calls).toBeGreaterThan(15);
  for (const { killer, name } of everyDeath(whole.calls))
    expect(await scenario(name, draftServer(), killer), name).toEqual(SENT);
}, 180_000);

test('over a server that tells nothing it leaves once too, or a person is asked', async () => {
  const whole = nobody();
  expect(await scenario('silent', silentServer(), whole)).toEqual(SENT);
  let asked = 0;
  for (const { killer, name } of everyDeath(whole.calls)) {
    const end = await scenario(`silent-${name}`, silentServer(), killer);
    if (end.state === 'uncertain executing') asked++;
    else expect(end, name).toEqual(SENT);
    expect(end.left).toBeLessThanOrEqual(1);
  }
  // Around the call and its record: before it nobody knows that it was not made, after it that it was.
  expect(asked).toBe(4);
}, 180_000);
