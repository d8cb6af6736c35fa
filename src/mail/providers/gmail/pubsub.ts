import { z } from 'zod';
import {
  GMAIL_ANSWER_BYTES,
  GMAIL_CALL_MS,
  PUBSUB_BACKOFF_MAX_MS,
  PUBSUB_BACKOFF_MS,
  PUBSUB_FOREIGN_MS,
  PUBSUB_MESSAGES,
  PUBSUB_PULL_MS,
} from '#config/limits-gmail.ts';
import type { SignIn } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { parseInstant, toMs } from '#std/time.ts';
import { boundedBody } from './bounded-body.ts';
import { laterHistory } from './ids.ts';

/** An account of this process that wants to be told. */
export interface Listener {
  accountId: string;
  email: string;
  signIn: SignIn;
  onChange(told?: string): Promise<void> | void;
}

/** Takes the notifications of all accounts of this process from one subscription. */
export interface Puller {
  /** Returns a function that leaves. */
  join(listener: Listener): () => void;
  /** Ends the pull that is under way. */
  close(): Promise<void>;
}

export interface PullerPorts {
  clock: Clock;
  /** Such as `https://pubsub.googleapis.com`. */
  root: string;
  /** `projects/…/subscriptions/…`. */
  subscription: string;
  onProblem: (err: unknown) => void;
}

const received = z.object({
  receivedMessages: z
    .array(
      z.object({
        ackId: z.string().min(1),
        message: z.object({ data: z.string().default(''), publishTime: z.string().default('') }),
      }),
    )
    .default([]),
});

const notification = z.object({
  emailAddress: z.string(),
  historyId: z.union([z.string().regex(/^[0-9]{1,30}$/), z.int().nonnegative().transform(String)]),
});

interface Told {
  ackId: string;
  /** null: it can't be read, and never will be. */
  what: z.output<typeof notification> | null;
  publishedMs: number;
}

export const pubsubPuller = (ports: PullerPorts): Puller => {
  const listeners = new Set<Listener>();
  let stop: AbortController | undefined;
  let running: Promise<void> = Promise.resolve();
  return {
    join: (listener) => {
      listeners.add(listener);
      if (!stop) {
        stop = new AbortController();
        const { signal } = stop;
        running = running.then(() => pullUntil(ports, listeners, signal));
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.abort();
        stop = undefined;
      };
    },
    close: async () => {
      listeners.clear();
      stop?.abort();
      stop = undefined;
      await running;
    },
  };
};

/** One pull after another: as many notifications are under way as one pull brings. */
const pullUntil = async (
  ports: PullerPorts,
  listeners: ReadonlySet<Listener>,
  signal: AbortSignal,
): Promise<void> => {
  let failures = 0;
  while (!signal.aborted) {
    try {
      const told = await pull(ports, listeners, signal);
      failures = 0;
      const done = await tell(told, listeners, ports.clock.ms());
      if (done.length > 0) await acknowledge(ports, listeners, done);
    } catch (err) {
      if (signal.aborted) return;
      ports.onProblem(err);
      const wait = Math.min(PUBSUB_BACKOFF_MS * 2 ** failures++, PUBSUB_BACKOFF_MAX_MS);
      await ports.clock.sleep(wait, signal).catch(() => {});
    }
  }
};

const toldOf = ({ ackId, message }: z.output<typeof received>['receivedMessages'][number]): Told => ({
  ackId,
  what: readNotification(message.data),
  publishedMs: toMs(parseInstant(message.publishTime) ?? ''),
});

const readNotification = (data: string): Told['what'] => {
  try {
    const text = Buffer.from(data, 'base64').toString('utf8');
    return notification.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};

/**
 * Tells each account once of all that came for it, with the latest history id. Returns what may be acknowledged: what was
 * taken in, and what is for nobody. What is for an account of another process is left for it, for a while.
 */
const tell = async (
  told: readonly Told[],
  listeners: ReadonlySet<Listener>,
  nowMs: number,
): Promise<string[]> => {
  const done: string[] = [];
  const byAddress = new Map<string, { historyId: string; ackIds: string[] }>();
  for (const { ackId, what, publishedMs } of told) {
    const known = what && [...listeners].some((one) => sameAddress(one.email, what.emailAddress));
    if (known) {
      const address = what.emailAddress.toLowerCase();
      const before = byAddress.get(address);
      byAddress.set(address, {
        historyId: before ? laterHistory(before.historyId, what.historyId) : what.historyId,
        ackIds: [...(before?.ackIds ?? []), ackId],
      });
    } else if (!what || !(nowMs - publishedMs < PUBSUB_FOREIGN_MS)) done.push(ackId);
  }
  await Promise.all(
    [...byAddress].map(async ([address, { historyId, ackIds }]) => {
      const mine = [...listeners].filter((one) => sameAddress(one.email, address));
      const results = await Promise.allSettled(mine.map(async (one) => one.onChange(historyId)));
      // What failed comes again.
      if (results.every((one) => one.status === 'fulfilled')) done.push(...ackIds);
    }),
  );
  return done;
};

const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const pull = async (
  ports: PullerPorts,
  listeners: ReadonlySet<Listener>,
  signal: AbortSignal,
): Promise<Told[]> => {
  const body = { maxMessages: PUBSUB_MESSAGES };
  const answer = await ask(ports, listeners, { verb: 'pull', body, ms: PUBSUB_PULL_MS, signal });
  // No answer in time means that there was nothing.
  if (answer === 'too-long') return [];
  const parsed = received.safeParse(answer);
  if (!parsed.success) throw refused('it has another form');
  return parsed.data.receivedMessages.map(toldOf);
};

const acknowledge = async (
  ports: PullerPorts,
  listeners: ReadonlySet<Listener>,
  ackIds: readonly string[],
): Promise<void> => {
  const answer = await ask(ports, listeners, { verb: 'acknowledge', body: { ackIds }, ms: GMAIL_CALL_MS });
  if (answer === 'too-long') throw refused('it took too long');
};

interface Ask {
  verb: 'pull' | 'acknowledge';
  body: unknown;
  ms: number;
  signal?: AbortSignal;
}

/** By the first account whose sign-in Pub/Sub takes: one that may read the subscription is enough. */
const ask = async (ports: PullerPorts, listeners: ReadonlySet<Listener>, o: Ask): Promise<unknown> => {
  let last: unknown = refused('no account is signed in');
  for (const { signIn } of listeners) {
    try {
      return await askAs(ports, signIn, o);
    } catch (e) {
      if (o.signal?.aborted || !(e instanceof AppError) || e.kind !== 'needs-user') throw e;
      last = e;
    }
  }
  throw last;
};

const askAs = async (ports: PullerPorts, signIn: SignIn, o: Ask): Promise<unknown> => {
  let token = await signIn.accessToken();
  let answer = await askOnce(ports, token, o);
  if (answer === 'unknown-token') {
    token = await signIn.accessToken(token);
    answer = await askOnce(ports, token, o);
  }
  if (answer === 'unknown-token') throw notAllowed(401);
  return answer;
};

const askOnce = async (ports: PullerPorts, token: string, o: Ask): Promise<unknown> => {
  const timeout = new AbortController();
  const cancel = ports.clock.after(o.ms, () => timeout.abort());
  try {
    const response = await fetch(`${ports.root}/v1/${ports.subscription}:${o.verb}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(o.body),
      redirect: 'manual',
      signal: o.signal ? AbortSignal.any([o.signal, timeout.signal]) : timeout.signal,
    });
    const bytes = await boundedBody(response, GMAIL_ANSWER_BYTES);
    if (response.status === 401) return 'unknown-token';
    if (response.status === 403 || response.status === 404) throw notAllowed(response.status);
    if (!response.ok) throw refused(`status ${response.status}`);
    return JSON.parse(bytes.toString('utf8'));
  } catch (e) {
    if (e instanceof AppError) throw e;
    if (timeout.signal.aborted && !o.signal?.aborted) return 'too-long';
    throw refused('the connection ended, or it is no JSON');
  } finally {
    cancel();
  }
};

const refused = (what: string): AppError =>
  new AppError('transient', 'mail.pubsub-no-answer', `Pub/Sub gave no answer that can be read: ${what}`);

const notAllowed = (status: number): AppError =>
  new AppError('needs-user', 'mail.pubsub-not-allowed', 'The sign-in may not read the Pub/Sub subscription', {
    help: 'Sign in again after turning gmail.use_pubsub on, give that Google account the role Pub/Sub Subscriber on the subscription, and see that gmail.subscription names it.',
    fields: { status },
  });
