import { expect } from 'vitest';
import { outboxMailOf } from '#actions/outbox-store.ts';
import { requestAction } from '#actions/request.ts';
import { findAction } from '#actions/store.ts';
import type { Mailbox, Outgoing, SendTrace } from '#mail/port.ts';
import { ManualClock } from '#std/clock.ts';
import { AppError, type ErrorKind } from '#std/errors.ts';
import { type TestApp, testApp } from './test-app.ts';

/** A mail server that does what a test says, and remembers what it took. */
export class Server {
  readonly took: Outgoing[] = [];
  readonly calls: string[] = [];
  /** One for each send to come: what it throws, and whether the mail had left by then. */
  script: { left: boolean; error: Error }[] = [];
  traces: SendTrace[] = [];
  /** Recipients that it does not take. */
  refuses: string[] = [];

  readonly between = (mailbox: Mailbox): Mailbox => ({
    ...mailbox,
    stage: async () => {
      this.calls.push('stage');
      return 'draft-1';
    },
    unstage: async () => {
      this.calls.push('unstage');
    },
    send: async (mail, onRefused) => {
      this.calls.push('send');
      if (this.refuses.length > 0) onRefused?.(this.refuses);
      expect(mail.stagedId).toBe('draft-1');
      const step = this.script.shift();
      if (step === undefined || step.left) this.took.push(mail);
      if (step) throw step.error;
      return 'sent-1';
    },
    traceSend: async () => {
      this.calls.push('trace');
      const scripted = this.traces.shift();
      if (scripted) return scripted;
      return this.took.length > 0 ? { kind: 'sent', id: 'sent-1' } : { kind: 'not-sent' };
    },
  });
}

export const error = (kind: ErrorKind, code = 'mail.test', retryAfterMs?: number) =>
  new AppError(kind, code, 'The server said so', { retryAfterMs });
export const UNKNOWN = error('transient', 'mail.send-unknown');

const START = Date.parse('2026-01-15T09:00:00.000Z');
export const OWNER = { actor: 'owner', channel: 'test' };

export const start = async (server: Server, settings: Record<string, unknown> = {}) => {
  const clock = new ManualClock(START);
  const t = await testApp({ clock, settings, mailbox: server.between });
  await t.deliver({ from: 'Ada <ada@example.com>', subject: 'Lunch?', messageId: 'lunch@example.com' });
  await t.drain();
  return { t, clock };
};

export const reply = async (t: TestApp, text = 'Yes.') => {
  const [message] = await t.app.db.all<{ id: string }>("select id from messages where subject = 'Lunch?'");
  const { actionId } = await requestAction(t.app, {
    userId: t.app.owner.id,
    messageId: message?.id ?? '',
    type: 'reply',
    parameters: { text },
    confirmed: true,
    by: OWNER,
  });
  return actionId;
};

export const wait = async (t: TestApp, clock: ManualClock, ms: number) => {
  await t.drain();
  clock.advance(ms);
  await t.drain();
};

export const look = async (t: TestApp, id: string) => {
  const mail = await outboxMailOf(t.app.db, id);
  return [mail?.state, (await findAction(t.app.db, id))?.status].join(' ');
};

export const MINUTE = 60_000;
