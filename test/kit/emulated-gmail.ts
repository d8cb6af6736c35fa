import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator } from 'emulate';

/** Another program's idea of Gmail, behind a proxy that writes its ids as Gmail does and adds the profile. */
export interface EmulatedGmail extends AsyncDisposable {
  url: string;
  /** Mail arrives. Returns its id. */
  deliver(raw: Uint8Array): Promise<string>;
}

const THEIR_ID = /\b(?:msg|thr)_[\w-]{16,20}/g;
const OUR_ID = /\b18e0[0-9a-f]{12}\b/g;

/** Ids that look like Gmail's, for ids that do not. */
class Ids {
  readonly #ours = new Map<string, string>();
  readonly #theirs = new Map<string, string>();

  toOurs(text: string): string {
    return text.replace(THEIR_ID, (id) => {
      const known = this.#ours.get(id);
      if (known) return known;
      const made = `18e0${(this.#ours.size + 1).toString(16).padStart(12, '0')}`;
      this.#ours.set(id, made);
      this.#theirs.set(made, id);
      return made;
    });
  }

  toTheirs(text: string): string {
    return text.replace(OUR_ID, (id) => this.#theirs.get(id) ?? id);
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const bodyOf = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

export const startEmulatedGmail = async (email: string): Promise<EmulatedGmail> => {
  const port = await freePort();
  const emulator = await createEmulator({
    service: 'google',
    port,
    seed: { google: { users: [{ email, name: 'Robin' }] } },
  });
  const ids = new Ids();

  const ask = async (path: string, init?: RequestInit): Promise<Record<string, unknown>> => {
    const headers = { authorization: 'Bearer any', 'content-type': 'application/json' };
    const response = await fetch(`${emulator.url}/gmail/v1/users/me${path}`, { ...init, headers });
    return (await response.json()) as Record<string, unknown>;
  };

  const profile = async (): Promise<unknown> => ({
    emailAddress: email,
    historyId: (await ask('/history?startHistoryId=0&maxResults=1')).historyId,
    messagesTotal: (await ask('/messages?includeSpamTrash=true&maxResults=1')).resultSizeEstimate,
  });

  const pass = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = Buffer.from(ids.toTheirs((await bodyOf(req)).toString('latin1')), 'latin1');
    const path = ids.toTheirs(req.url ?? '');
    if (path.endsWith('/users/me/profile')) {
      res.setHeader('content-type', 'application/json').end(JSON.stringify(await profile()));
      return;
    }
    const headers = { ...req.headers, host: `127.0.0.1:${port}`, 'content-length': String(body.length) };
    const upstream = request({ host: '127.0.0.1', port, path, method: req.method, headers });
    upstream.end(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      upstream.once('response', resolve).once('error', reject);
    });
    const text = ids.toOurs((await bodyOf(answer)).toString('latin1'));
    res.statusCode = answer.statusCode ?? 500;
    res.setHeader('content-type', answer.headers['content-type'] ?? 'text/plain');
    res.end(Buffer.from(text, 'latin1'));
  };

  const proxy = createServer((req, res) => {
    pass(req, res).catch(() => res.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    deliver: async (raw) => {
      const made = await ask('/messages', {
        method: 'POST',
        body: JSON.stringify({
          raw: Buffer.from(raw).toString('base64url'),
          labelIds: ['INBOX', 'UNREAD'],
        }),
      });
      return ids.toOurs(String(made.id));
    },
    [Symbol.asyncDispose]: async () => {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await emulator.close();
    },
  };
};
