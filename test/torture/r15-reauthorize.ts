import type { Account } from '#accounts/account.ts';
import { beginSignIn, finishSignIn } from '#accounts/sign-in.ts';
import { findAnyAccount } from '#accounts/store.ts';
import { storedToken } from '#accounts/tokens.ts';
import type { App } from '#app.ts';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { type Child, startChild } from './kit/child.ts';
import { openInstallation, type Place, placeText } from './kit/installation.ts';
import { mailboxJob } from './kit/mailbox-job.ts';
import { until } from './kit/until.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const WORKER = new URL('./kit/mailbox-worker.child.ts', import.meta.url);
const ROBIN = 'robin@marlow.example';
const REDIRECT = 'http://127.0.0.1:9/google';
const WAIT_MS = 180_000;

const settingsOf = (fake: FakeGmail): Record<string, unknown> => ({
  'gmail.client_id': fake.client.id,
  'gmail.client_secret': fake.client.secret,
  'gmail.units_per_minute': 1_000_000_000,
  ...Object.fromEntries(Object.entries(fake.endpoints).map(([name, url]) => [`endpoints.${name}`, url])),
});

/** What a person does in a browser. */
const consent = async (app: App, accountId?: string): Promise<Account> => {
  const { url, state } = await beginSignIn(app.signIns, {
    userId: app.owner.id,
    redirectUri: REDIRECT,
    accountId,
  });
  const answer = await fetch(url, { redirect: 'manual' });
  const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? undefined;
  return finishSignIn(app.signIns, { state, code });
};

interface Bench {
  t: TrialRun;
  app: App;
  fake: FakeGmail;
  account: Account;
  jobs: number;
}

const count = async ({ app }: Bench, what: string): Promise<number> => {
  const text = `select count(*) as n from jobs where type = 'torture.mailbox' and ${what}`;
  return Number((await app.db.all<{ n: number }>(text))[0]?.n);
};

const enqueue = async ({ app, account, ...b }: Bench, jobs = b.jobs): Promise<void> => {
  const payloads = Array.from({ length: jobs }, (_, n) => ({ accountId: account.id, n }));
  await app.queue.enqueueMany(mailboxJob, payloads, { userId: app.owner.id });
};

const renewals = ({ fake }: Bench): number => fake.stats.calls('oauth.token');

const startWorkers = async (
  t: TrialRun,
  o: { place: Place; fake: FakeGmail; many: number },
): Promise<Child[]> => {
  const args = [placeText(o.place), JSON.stringify(settingsOf(o.fake))];
  const workers = Array.from({ length: o.many }, () => startChild(t, WORKER, { args }));
  for (const one of workers) await one.next();
  return workers;
};

/** All meet the same token, which is over, at the same time. */
const oneRenewal = async (b: Bench, workers: readonly Child[]): Promise<void> => {
  const { t, app, account } = b;
  await app.credentials.storing((_, sealer) =>
    sealer.put({
      accountId: account.id,
      userId: account.userId,
      field: 'access_token',
      value: storedToken({ accessToken: 'over', endsMs: app.clock.ms() }),
    }),
  );
  const before = renewals(b);
  await enqueue(b);
  for (const one of workers) {
    one.send('start');
    await one.next();
  }
  await until(t, WAIT_MS, async () => (await count(b, "state = 'completed'")) === b.jobs);
  t.check('all jobs are done', (await count(b, "state = 'completed'")) === b.jobs);
  const made = renewals(b) - before;
  t.check('a token that is over is renewed once for all workers', made === 1, `${made} times`);
};

/** Google turns down a token that should still be good. */
const oneRenewalAfterRefusal = async (b: Bench): Promise<void> => {
  const { t, fake } = b;
  const before = renewals(b);
  fake.expireAccess(ROBIN);
  await enqueue(b);
  await until(t, WAIT_MS, async () => (await count(b, "state = 'completed'")) === 2 * b.jobs);
  t.check('all jobs are done after a refusal', (await count(b, "state = 'completed'")) === 2 * b.jobs);
  const made = renewals(b) - before;
  t.check('a token that is refused is renewed once for all workers', made === 1, `${made} times`);
};

const allWait = async (b: Bench): Promise<boolean> =>
  (await count(b, "state = 'running'")) === 0 &&
  (await count(b, "state = 'queued' and not_before <= updated_at")) === 0;

/** An hour goes by: everything that waits looks whether it may go on. */
const anHourLater = async (b: Bench): Promise<void> => {
  const now = b.app.clock.now();
  await b.app.db.write((tx) =>
    tx.run(
      "update jobs set not_before = $1, updated_at = $1 where state = 'queued' and type = 'torture.mailbox'",
      [now],
    ),
  );
  b.app.queue.signals.ready(0);
};

const consentGone = async (b: Bench): Promise<void> => {
  const { t, app, fake, account } = b;
  const done = 2 * b.jobs;
  const late = Math.ceil(b.jobs / 10);
  await enqueue(b, b.jobs - late);
  await until(t, WAIT_MS, async () => (await count(b, "state = 'completed'")) > done + b.jobs / 10);
  fake.revoke(ROBIN);
  const before = renewals(b);
  // However quick the workers are, these meet the dead token.
  await enqueue(b, late);
  const isStopped = async () =>
    (await findAnyAccount(app.db, account.id))?.status === 'needs_reauthorization';
  await until(t, WAIT_MS, async () => (await isStopped()) && (await allWait(b)));
  t.check('the account is stopped', await isStopped());
  const waiting = await count(b, "state = 'queued'");
  t.figure('jobs that wait for the consent', waiting);
  t.check('some were done before, and others wait', waiting > 0 && waiting < b.jobs, String(waiting));
  t.check('the dead token was tried once', renewals(b) - before === 1, `${renewals(b) - before} times`);
  const attempts = await count(b, "state = 'queued' and attempts > 0");
  t.check('waiting burns no attempt', attempts === 0, `${attempts} jobs`);
  await anHourLater(b);
  await until(t, WAIT_MS, () => allWait(b));
  t.check('an hour later it is not tried again', renewals(b) - before === 1, `${renewals(b) - before} times`);
  t.check('all of them wait on', (await count(b, "state = 'queued'")) === waiting);
  const calls = renewals(b);
  await consent(app, account.id);
  const ms = await until(t, WAIT_MS, async () => (await count(b, "state = 'completed'")) === done + b.jobs);
  t.figure('from the new consent to the end of all that waited', Math.round(ms), 'ms');
  t.check('all is done after the new consent', (await count(b, "state = 'completed'")) === done + b.jobs);
  t.check('by the token of the consent alone', renewals(b) - calls === 1, `${renewals(b) - calls} calls`);
  t.check('no job failed', (await count(b, "state = 'failed'")) === 0);
  t.check('each took one attempt', (await count(b, 'attempts <> 1')) === 0);
};

export const reauthorizeTrial = defineTrial({
  id: 'R15',
  title: 'a token ends, and the consent behind it, in the middle of the work',
  promise:
    'a token is renewed once for all workers; a dead one is never tried again; jobs wait without using up attempts; all are done after the new consent',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxQuickMs: 300_000,
  run: async (t) => {
    const [many, jobs] = t.quick ? [3, 300] : [8, 1_000];
    const place = await t.database();
    const fake = await startFakeGmail({ users: [ROBIN], behaviour: { consent: 'allow', quota: false } });
    t.onEnd(() => fake.close());
    const app = await openInstallation(place, { settings: settingsOf(fake) });
    t.onEnd(() => app.close());
    const account = await consent(app);
    const b: Bench = { t, app, fake, account, jobs };
    const workers = await startWorkers(t, { place, fake, many });
    await oneRenewal(b, workers);
    await oneRenewalAfterRefusal(b);
    await consentGone(b);
    for (const one of workers) one.send('stop');
    t.check(
      'every worker ends well',
      (await Promise.all(workers.map((one) => one.ended))).every((how) => how === 0),
    );
    t.figure('workers', many);
    t.figure('jobs of each part', jobs);
  },
});
