// The outside world: a server with effects that cannot be taken back, and a ledger of them. Arguments: faults and seed.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { seededRandom } from '#std/random.ts';
import { onOrder, tell } from './orders.ts';
import type { Call, Faults, Ledger } from './world.ts';

const [, , faultsText = '{}', seed = '1'] = process.argv;
const faults = JSON.parse(faultsText) as Faults;
const random = seededRandom(Number(seed));

const ledger: Ledger = { calls: 0, faults: {}, effects: [], withheld: [], overlaps: [] };
const sent = new Map<string, number>();
const posts = new Map<string, number>();
const states = new Map<string, string>();
/** Who works on a key now. */
const holders = new Map<string, { op: string; pid: number }>();

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const enter = (call: Call): void => {
  const holder = holders.get(call.target);
  if (holder && holder.op !== call.op && isAlive(holder.pid)) ledger.overlaps.push(`${holder.op} ${call.op}`);
  holders.set(call.target, { op: call.op, pid: call.pid });
};

/** Does it. Returns what the caller is told. */
const effect = (call: Call): unknown => {
  const known = posts.get(call.op);
  switch (call.kind) {
    case 'find':
      return { found: sent.get(call.op) ?? 0 };
    case 'enter':
      return enter(call);
    case 'leave':
      if (holders.get(call.target)?.op === call.op) holders.delete(call.target);
      return {};
    case 'notify':
      if (known !== undefined) return { post: known };
      posts.set(call.op, posts.size + 1);
      break;
    case 'send':
      sent.set(call.op, (sent.get(call.op) ?? 0) + 1);
      break;
    case 'set':
      states.set(call.target, call.op);
      break;
  }
  ledger.effects.push({ kind: call.kind, op: call.op, target: call.target });
  return { done: ledger.effects.length };
};

const FAULTS = ['before', 'after', 'cut', 'slow', 'limit'] as const;

const faultFor = (kind: Call['kind']): (typeof FAULTS)[number] | undefined => {
  if (kind === 'enter' || kind === 'leave') return undefined;
  let left = random.next();
  for (const fault of FAULTS) {
    left -= faults[fault] ?? 0;
    if (left < 0) return fault;
  }
  return undefined;
};

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (request.url === '/ledger') return answer(response, 200, { ...ledger, states: [...states] });
  const call = JSON.parse(await bodyOf(request)) as Call;
  ledger.calls++;
  const fault = faultFor(call.kind);
  if (fault) ledger.faults[fault] = (ledger.faults[fault] ?? 0) + 1;
  if (fault === 'before') return answer(response, 503, {});
  if (fault === 'limit') return answer(response, 429, {});
  if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, faults.slowMs ?? 300));
  // Who hung up before the effect wants none.
  if (request.socket.destroyed) return;
  const result = effect(call);
  if (fault === 'after' || fault === 'cut') ledger.withheld.push(call.op);
  if (fault === 'after') return void request.socket.destroy();
  if (fault === 'cut') {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"do', () => request.socket.destroy());
    return;
  }
  answer(response, 200, result);
};

const server = createServer((request, response) => {
  serve(request, response).catch(() => request.socket.destroy());
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  tell(typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '');
});
onOrder(() => {});
