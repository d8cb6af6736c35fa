import { GMAIL_PUSH_POLL_MS } from '#config/limits-gmail.ts';
import type { Clock } from '#std/clock.ts';
import { type Instant, toInstant } from '#std/time.ts';
import { watchAnswer } from './answers.ts';
import type { Listener, Puller } from './pubsub.ts';
import type { Rest } from './rest.ts';

type OnChange = (told?: string) => Promise<void> | void;

/** How a mailbox comes to know that it should look. */
export interface Watch {
  readonly pushes: boolean;
  /** For people. */
  readonly note: string;
  /** Returns a function that stops it. */
  start(onChange: OnChange): () => void;
  /** Until when Gmail tells of changes; null where it is asked instead. */
  renew(): Promise<Instant | null>;
}

export interface WatchPorts {
  clock: Clock;
  pollMs: number;
}

/** Calls back at this pace. A call that fails is the caller's to tell of; the next one comes all the same. */
const poll = (clock: Clock, ms: number, onChange: OnChange): (() => void) => {
  let cancel: () => void = () => {};
  const next = (): void => {
    cancel = clock.after(ms, () => {
      next();
      Promise.resolve()
        .then(() => onChange())
        .catch(() => {});
    });
  };
  next();
  return () => cancel();
};

export const pollWatch = ({ clock, pollMs }: WatchPorts): Watch => ({
  pushes: false,
  note: `New mail is looked for every ${Math.round(pollMs / 1_000)} seconds.`,
  start: (onChange) => poll(clock, pollMs, onChange),
  renew: async () => null,
});

export interface PushPorts extends WatchPorts {
  rest: Rest;
  puller: Puller;
  listener: Omit<Listener, 'onChange'>;
  /** `projects/…/topics/…`. */
  topic: string;
  onProblem: (err: unknown) => void;
}

/** Gmail tells a topic of changes, for seven days at most; a slow poll stands behind it, since notifications get lost. */
export const pushWatch = (ports: PushPorts): Watch => {
  const renew = async (): Promise<Instant> => {
    const { expiration } = await ports.rest.ask(
      { method: 'watch', verb: 'POST', path: '/watch', body: { topicName: ports.topic } },
      watchAnswer,
    );
    return toInstant(Number(expiration));
  };
  return {
    pushes: true,
    note: 'Gmail tells of new mail through Pub/Sub.',
    renew,
    start: (onChange) => {
      // Where Gmail can't be asked to push now, the poll finds what is new, and the daily renewal asks again.
      renew().catch(ports.onProblem);
      const stopPoll = poll(ports.clock, Math.max(ports.pollMs, GMAIL_PUSH_POLL_MS), onChange);
      const leave = ports.puller.join({ ...ports.listener, onChange });
      return () => {
        stopPoll();
        leave();
      };
    },
  };
};
