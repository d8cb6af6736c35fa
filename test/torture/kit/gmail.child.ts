// The stand-in for Gmail in a process of its own, which notes each call that it is asked for. Argument: its options as JSON.
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startFakeGmail } from '#test/fakes/gmail/fake.ts';
import type { FakeGmailOptions } from '#test/fakes/gmail/options.ts';
import type { GmailCall } from './gmail-world.ts';
import { onOrder, tell } from './orders.ts';

const {
  fill,
  noted = true,
  ...options
} = JSON.parse(process.argv[2] ?? '{}') as FakeGmailOptions & {
  fill?: { email: string; messages: number; spanMs?: number }[];
  noted?: boolean;
};
const broken: Record<string, number> = {};
const FAULT = / \(([a-z-]+)\)$/;
const onRequest = (line: string): void => {
  const kind = FAULT.exec(line)?.[1];
  if (kind !== undefined) broken[kind] = (broken[kind] ?? 0) + 1;
};
const fake = await startFakeGmail({ ...options, onRequest });
for (const { email, ...mail } of fill ?? []) fake.fill(email, mail);

const calls: GmailCall[] = [];
const note = (message: unknown): void => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  const path = request.url ?? '';
  if (path.startsWith('/_fake/')) return;
  const atMs = Date.now();
  const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
  const user = fake.world.auth.check(token)?.email ?? '';
  response.once('close', () => {
    calls.push({
      verb: request.method ?? '',
      path,
      user,
      atMs,
      endMs: Date.now(),
      status: response.headersSent ? response.statusCode : 0,
      whole: response.writableFinished,
      ...(response.hasHeader('retry-after')
        ? { retryAfterMs: Number(response.getHeader('retry-after')) * 1_000 }
        : {}),
    });
  });
};
if (noted) subscribe('http.server.request.start', note);

onOrder((order) => {
  if (order === 'calls') tell(calls.splice(0));
  else tell(broken);
});
tell({ url: fake.url, endpoints: fake.endpoints, client: fake.client });
