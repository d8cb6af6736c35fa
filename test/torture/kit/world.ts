import { AppError } from '#std/errors.ts';
import type { TrialRun } from '#test/torture/trial.ts';
import { startChild } from './child.ts';

/** Milliseconds that a caller waits for an answer. */
const ANSWER_MS = 5_000;
const RETRY_MS = 200;

/** Which part of the calls goes wrong, and how: each in [0, 1], together at most 1. */
export interface Faults {
  /** 503 and no effect. */
  before?: number;
  /** The effect, and the connection is cut without an answer. */
  after?: number;
  /** The effect, and half an answer. */
  cut?: number;
  /** The effect and the answer come late. */
  slow?: number;
  slowMs?: number;
  /** 429 and no effect. */
  limit?: number;
}

export interface Call {
  /** `send` happens again whenever it is called; `notify` once for each op; `set` is desired state; `find` looks a send up. */
  kind: 'send' | 'notify' | 'set' | 'find' | 'enter' | 'leave';
  op: string;
  target: string;
  pid: number;
}

/** What really happened, as only the world can know. */
export interface Ledger {
  calls: number;
  faults: Record<string, number>;
  effects: { kind: string; op: string; target: string }[];
  /** Ops whose effect was not confirmed to the caller. */
  withheld: string[];
  /** Pairs of ops that worked on one key at the same time. */
  overlaps: string[];
  /** Target and the op that set it last. */
  states?: [string, string][];
}

export interface World {
  url: string;
  ledger(): Promise<Ledger>;
}

/** A world in a process of its own, which outlives whoever is killed. */
export const startWorld = async (t: TrialRun, faults: Faults = {}): Promise<World> => {
  const args = [JSON.stringify(faults), String(t.seed)];
  const child = startChild(t, new URL('./world.child.ts', import.meta.url), { args });
  const url = await child.next<string>();
  return { url, ledger: async () => (await (await fetch(`${url}/ledger`)).json()) as Ledger };
};

/** How the program under test calls the world. Throws a transient error when it cannot know what happened. */
export const callWorld = async (
  url: string,
  call: Omit<Call, 'pid' | 'target'> & { target?: string },
  signal?: AbortSignal,
): Promise<Record<string, unknown>> => {
  const late = AbortSignal.timeout(ANSWER_MS);
  const failed = (cause: unknown) =>
    new AppError('transient', 'torture.no-answer', 'The world did not answer', {
      retryAfterMs: RETRY_MS,
      cause,
    });
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ target: '', ...call, pid: process.pid }),
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    text = await response.text();
  } catch (e) {
    throw failed(e);
  }
  if (!response.ok) throw failed(response.status);
  return JSON.parse(text) as Record<string, unknown>;
};
