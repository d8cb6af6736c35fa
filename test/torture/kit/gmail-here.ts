import type { App } from '#app.ts';
import type { ManualClock } from '#std/clock.ts';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import type { Behaviour } from '#test/fakes/gmail/options.ts';
import type { TrialRun } from '#test/torture/trial.ts';
import { connectGmail, type GmailWorld } from './gmail-world.ts';
import { openInstallation } from './installation.ts';

export const HERE = 'robin@marlow.example';

/** The program and Gmail in this process, both by a clock that the trial moves. */
export interface GmailHere {
  app: App;
  fake: FakeGmail;
  /** Connects the mailbox; returns the account. */
  connect(): Promise<string>;
  /** Works until nothing is due. Time stands still meanwhile. */
  work(): Promise<void>;
}

const SCOPES = ['https://www.googleapis.com/auth/gmail.modify'];
export const startGmailHere = async (
  t: TrialRun,
  o: { clock: ManualClock; behaviour?: Partial<Behaviour>; settings?: Record<string, unknown> },
): Promise<GmailHere> => {
  const { clock } = o;
  const place = await t.database();
  const fake = await startFakeGmail({
    users: [HERE],
    now: () => clock.ms(),
    behaviour: { accessTokenS: 30 * 86_400, ...o.behaviour },
    seed: t.seed,
  });
  t.onEnd(() => fake.close());
  const endpoints = Object.entries(fake.endpoints).map(([name, to]) => [`endpoints.${name}`, to]);
  const app = await openInstallation(place, {
    clock,
    settings: {
      'gmail.client_id': fake.client.id,
      'gmail.client_secret': fake.client.secret,
      'policy.changes_per_hour': 100_000,
      ...Object.fromEntries(endpoints),
      ...o.settings,
    },
  });
  t.onEnd(() => app.close());
  const { workerOf } = await import('#main.ts');
  const worker = workerOf(app);
  t.onEnd(() => worker.stop());
  const post = async () => ({ refreshToken: fake.grant(HERE, SCOPES).refreshToken });
  return {
    app,
    fake,
    connect: () => connectGmail(app, { post } as unknown as GmailWorld, HERE),
    work: async () => {
      await worker.drain();
    },
  };
};

export const countIn = async (app: App, sql: string): Promise<number> =>
  Number((await app.db.all<{ n: number }>(sql))[0]?.n);
