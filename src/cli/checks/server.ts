import { createServer } from 'node:net';
import { readRunFile } from '#cli/run-file.ts';
import { isLoopbackHost } from '#config/checks.ts';
import type { Check, Finding } from './check.ts';

const HEALTH_MS = 3_000;

const canListen = (port: number, host: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (e: NodeJS.ErrnoException) => resolve(e.code ?? e.message));
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });

const health = async (url: string, signal: AbortSignal): Promise<Omit<Finding, 'name'>> => {
  const cure = 'Look at its log. `ashford start` starts it again once it has been stopped.';
  try {
    const answer = await fetch(`${url}/healthz`, { signal });
    if (answer.ok) return { state: 'ok', says: `It runs at ${url} and is healthy.` };
    const { database } = (await answer.json()) as { database?: unknown };
    if (database === 'disk full') {
      const says = `It runs at ${url}, and there was no room on the disk of its database.`;
      return { state: 'fail', says, cure: 'Free some space; work goes on by itself.' };
    }
    return {
      state: 'fail',
      says: `It runs at ${url} and says that it is not healthy (${answer.status}).`,
      cure,
    };
  } catch {
    return { state: 'fail', says: `It should run at ${url}, and does not answer.`, cure };
  }
};

const exposure = (host: string, hasPassword: boolean): Omit<Finding, 'name'>[] =>
  isLoopbackHost(host) || hasPassword
    ? []
    : [
        {
          state: 'fail',
          says: `It would listen on ${host}, which others can reach, and has no owner password.`,
          cure: 'Set auth.owner_password, or app.host to 127.0.0.1.',
        },
      ];

export const server: Check = {
  name: 'server',
  examine: async ({ config, clock }) => {
    const { host, port } = config.app;
    const exposed = exposure(host, config.auth.owner_password !== undefined);
    const running = readRunFile(config.paths.data_dir);
    if (running) {
      const late = new AbortController();
      const cancel = clock.after(HEALTH_MS, () => late.abort());
      return [await health(running.url, late.signal).finally(cancel), ...exposed];
    }
    const problem = await canListen(port, host);
    if (problem === undefined)
      return [{ state: 'ok', says: `It does not run; port ${port} is free.` }, ...exposed];
    return [
      {
        state: 'warn',
        says: `It does not run on this data folder, and port ${port} on ${host} can't be used (${problem}).`,
        cure: `Stop what uses the port, or choose another one: ashford start --port ${port + 1}`,
      },
      ...exposed,
    ];
  },
};
