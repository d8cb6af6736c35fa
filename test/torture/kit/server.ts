import { readCliKey } from '#access/keys.ts';
import type { TrialDatabase, TrialRun } from '#test/torture/trial.ts';
import { type Child, startChild } from './child.ts';

export interface Answer {
  status: number;
  body: unknown;
}

export interface Served {
  child: Child;
  url: string;
  /** As the command line asks. Rejects when there is no answer in time. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

const ANSWER_MS = 60_000;

/** The whole program in a process of its own, serving on a free port. */
export const startServed = async (
  t: Pick<TrialRun, 'onEnd'>,
  { url, authToken, dir }: TrialDatabase,
  settings: Record<string, unknown> = {},
): Promise<Served> => {
  const overrides = {
    'paths.data_dir': dir,
    'paths.database': url,
    ...(authToken === undefined ? {} : { 'paths.database_auth_token': authToken }),
    'app.port': 0,
    ...settings,
  };
  const child = startChild(t, new URL('./server.child.ts', import.meta.url), {
    args: [JSON.stringify(overrides)],
  });
  const at = await child.next<string>();
  const key = readCliKey(dir) ?? '';
  return {
    child,
    url: at,
    call: async (method, path, body) => {
      const answer = await fetch(at + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    stop: async () => {
      child.send('stop');
      await child.next();
    },
  };
};
