import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Account } from '#accounts/account.ts';
import { beginSignIn, finishSignIn, type SignInAnswer, type SignInPorts } from '#accounts/sign-in.ts';
import { CALLBACK_CHARS, SIGN_IN_MS } from '#config/limits-sign-in.ts';
import { AppError } from '#std/errors.ts';

export interface GoogleSignIn {
  userId: string;
  /** Of an account that signs in again; a new one when left out. */
  accountId?: string | undefined;
  /** For people, beside the answer. */
  say(text: string): void;
}

const HOST = '127.0.0.1';
const PATH = '/google';

const over = (): AppError =>
  new AppError('input', 'accounts.sign-in-over', 'Nobody said yes or no within ten minutes', {
    help: 'Begin again.',
  });

/** What Google adds to the address that it sends a person back to. */
const answerOf = (query: URLSearchParams): SignInAnswer => ({
  state: query.get('state') ?? '',
  code: query.get('code') ?? undefined,
  error: query.get('error') ?? undefined,
  channel: 'cli',
});

const page = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Ashford</title><p>${text}</p></html>`,
  );
};

interface Waiting {
  /** Where the person begins: it leads on to Google, so that no program is started with more than this address. */
  start: string;
  redirectUri: string;
  answer: Promise<SignInAnswer>;
  leadTo(url: string, state: string): void;
  close(): void;
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port));
  });

/** A listener on loopback and a free port (RFC 8252 §7.3), which takes one answer: the one that knows the state. */
const waitForAnswer = async (): Promise<Waiting> => {
  let place: { url: string; state: string } | undefined;
  let host = '';
  let resolve: (answer: SignInAnswer) => void = () => {};
  const answer = new Promise<SignInAnswer>((tell) => {
    resolve = tell;
  });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const text = request.url ?? '/';
    // A page of another site that has its name point here is not asked for by ours.
    if (request.headers.host !== host || request.method !== 'GET' || text.length > 4 * CALLBACK_CHARS) {
      return page(response, 403, 'There is nothing for you here.');
    }
    const url = new URL(text, `http://${host}`);
    if (url.pathname === '/' && place) {
      response.writeHead(302, { location: place.url, 'cache-control': 'no-store', connection: 'close' });
      return response.end();
    }
    if (url.pathname !== PATH) return page(response, 404, 'There is nothing here.');
    const given = answerOf(url.searchParams);
    if (given.state !== place?.state) return page(response, 400, 'This sign-in was not begun here.');
    page(response, 200, 'Thank you. You can close this page and go back to the terminal.');
    server.close();
    return resolve(given);
  });
  const port = await listen(server);
  host = `${HOST}:${port}`;
  return {
    start: `http://${host}/`,
    redirectUri: `http://${host}${PATH}`,
    answer,
    leadTo: (url, state) => {
      place = { url, state };
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** Opens an address in the person's browser, if there is a way; whether it did nobody can tell. */
export const openBrowser = (address: string): void => {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
};

/**
 * Signs in to Google from a terminal with a browser on the same machine. `open` opens an address there. Throws what
 * `finishSignIn` throws, and `accounts.sign-in-over` after ten minutes.
 */
export const signInHere = async (
  ports: SignInPorts,
  o: GoogleSignIn & { open?: (address: string) => void },
): Promise<Account> => {
  const waiting = await waitForAnswer();
  let cancel = (): void => {};
  try {
    const { userId, accountId } = o;
    const { url, state } = await beginSignIn(ports, { userId, accountId, redirectUri: waiting.redirectUri });
    waiting.leadTo(url, state);
    o.say(`Say yes in your browser. If none opens, go to ${waiting.start}`);
    (o.open ?? openBrowser)(waiting.start);
    const late = new Promise<never>((_, reject) => {
      cancel = ports.clock.after(SIGN_IN_MS, () => reject(over()));
    });
    return await finishSignIn(ports, await Promise.race([waiting.answer, late]));
  } finally {
    cancel();
    waiting.close();
  }
};

/** Any port of loopback will do, for nothing listens: the address that the browser ends at is what is wanted. */
const NOWHERE = `http://${HOST}:1${PATH}`;

const pasted = (text: string, state: string): SignInAnswer => {
  const line = text.trim().slice(0, 2 * CALLBACK_CHARS);
  if (!URL.canParse(line)) return { state, code: line, channel: 'cli' };
  const answer = answerOf(new URL(line).searchParams);
  if (answer.state === state) return answer;
  throw new AppError(
    'input',
    'accounts.other-sign-in',
    'That is not the address that this sign-in ended at',
    {
      help: 'Open the address that was printed last, and paste what the browser ends at, all of it.',
    },
  );
};

/**
 * The same where the browser is on another machine: prints the address to open, and asks for the one that the browser ends
 * at, or the code in it.
 */
export const signInElsewhere = async (
  ports: SignInPorts,
  o: GoogleSignIn & { ask(question: string): Promise<string> },
): Promise<Account> => {
  const { userId, accountId } = o;
  const { url, state } = await beginSignIn(ports, { userId, accountId, redirectUri: NOWHERE });
  o.say(`Open this address in any browser and say yes:\n\n${url}\n`);
  o.say(`The browser then ends at a page that it can't open, ${NOWHERE}?… Copy that address.`);
  return finishSignIn(ports, pasted(await o.ask('The address, or the code in it: '), state));
};
