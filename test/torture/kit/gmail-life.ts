import { isRemoved } from '#accounts/account.ts';
import { rotateKey } from '#accounts/rotate-key.ts';
import { beginSignIn, finishSignIn } from '#accounts/sign-in.ts';
import type { App } from '#app.ts';
import { removeAccount } from '#ingest/remove.ts';
import {
  accountOf,
  mailFrom,
  makeRules,
  once,
  ROBIN,
  replyTo,
  routine,
  sync,
  undoDraft,
} from './mailbox-life.ts';
import { type Life, OWNER, settle } from './scenario.ts';

/** Whose account is given up again, with its mail. */
export const SAM = 'sam@marlow.example';
const REDIRECT = 'http://127.0.0.1:9/google';
/** Longer than an access token lives. */
const HOURS_MS = 2 * 3_600_000;

/** What only Gmail itself can do, by the door that it keeps for tests. */
const post = async (l: Life, name: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${l.outside?.url}/_fake/${name}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`);
};

/** The person says yes in the browser. */
const consent = async (app: App, email: string): Promise<{ state: string; code: string }> => {
  const { url, state } = await beginSignIn(app.signIns, { userId: app.owner.id, redirectUri: REDIRECT });
  const body = new URLSearchParams({ answer: 'allow', user: email });
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  return { state, code: new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '' };
};

const signIn = async ({ app }: Life, email: string): Promise<string> => {
  const known = await accountOf(app, 'gmail', email);
  return (known ?? (await finishSignIn(app.signIns, await consent(app, email)))).id;
};

const deliver = (l: Life, domain: string, subject: string): Promise<void> =>
  post(l, 'deliver', { email: ROBIN, raw: mailFrom(domain, subject) });

/** Mail came and went, and the provider can no longer tell which. */
const gap = async (l: Life): Promise<void> => {
  const list = await fetch(
    `${l.outside?.url}/_fake/messages?${new URLSearchParams({ email: ROBIN, label: 'INBOX' })}`,
  );
  const { ids } = (await list.json()) as { ids: string[] };
  const [row] = await l.app.db.all<{ id: string }>(
    "select provider_message_id as id from messages where subject = 'Lost'",
  );
  if (!row || !ids.includes(row.id)) throw new Error('The mail that is to be lost is not there');
  await post(l, 'delete', { email: ROBIN, id: row.id });
  await deliver(l, 'letters.example', 'After the gap');
  await post(l, 'expire-history', { email: ROBIN });
};

const comeAndGo = async (l: Life): Promise<void> => {
  if (l.marked('sam is gone')) return;
  await signIn(l, SAM);
  await settle(l);
  const account = await accountOf(l.app, 'gmail', SAM);
  if (account && !isRemoved(account)) {
    const { id: accountId, userId } = account;
    await removeAccount(l.app, { userId, accountId, mail: 'delete', by: OWNER });
  }
  await settle(l);
  if ((await accountOf(l.app, 'gmail', SAM)) === undefined) l.mark('sam is gone');
};

/** The whole life of a mailbox at Gmail; begun again, it goes on where it was. */
export const liveAtGmail = async (l: Life): Promise<void> => {
  await makeRules(l, ['Letters', 'Drafts', 'Questions']);
  const accountId = await signIn(l, ROBIN);
  await sync(l, accountId);
  await once(l, 'mail came', async () => {
    await deliver(l, 'letters.example', 'A letter');
    await deliver(l, 'ask.example', 'A question');
    await deliver(l, 'drafts.example', 'A proposal');
    await deliver(l, 'plain.example', 'Plain');
    await deliver(l, 'plain.example', 'Lost');
  });
  await sync(l, accountId);
  await replyTo(l, 'Plain');
  await settle(l);
  await undoDraft(l);
  await sync(l, accountId);
  await routine(l, accountId);
  await once(l, 'gap', () => gap(l));
  await sync(l, accountId);
  l.clock.advance(HOURS_MS);
  await sync(l, accountId);
  if (!l.marked('key')) {
    const ports = { ...l.app, keys: l.app.credentials.keys };
    await rotateKey(ports, { userId: l.app.owner.id, channel: 'torture' });
    l.mark('key');
  }
  await comeAndGo(l);
  await sync(l, accountId);
};
