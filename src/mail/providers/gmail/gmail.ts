import { GMAIL_RAW_READS, GMAIL_READS } from '#config/limits-gmail.ts';
import type { Db } from '#db/db.ts';
import type { AccountRef, Lane, Mailbox, MailProvider } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import { Labels, type SeenLabels } from './labels.ts';
import { type Limiter, limiter } from './limiter.ts';
import { type Access, gmailMailbox } from './mailbox.ts';
import { type Puller, pubsubPuller } from './pubsub.ts';
import { AccountQuota, type QuotaSettings, quotaUse } from './quota.ts';
import { restClient } from './rest.ts';
import { SeenStates } from './seen-states.ts';
import type { Marks } from './tracing.ts';
import { pollWatch, pushWatch, type Watch } from './watch.ts';

export interface GmailSettings {
  /** Of the API, such as `https://gmail.googleapis.com`. */
  root: string;
  access: Access;
  quota: QuotaSettings;
  pollMs: number;
  /** Days of older mail that a new account brings in. */
  backfillDays?: number;
  /** undefined: Gmail is asked, it does not tell. */
  push?: PushSettings | undefined;
}

export interface PushSettings {
  root: string;
  /** `projects/…/topics/…` and `projects/…/subscriptions/…`. */
  topic: string;
  subscription: string;
}

export interface GmailPorts {
  db: Db;
  clock: Clock;
  random: Random;
  settings: GmailSettings;
  onProblem?: ((err: unknown) => void) | undefined;
}

/** What all that opens one account shares. */
interface OfAccount {
  quota: AccountQuota;
  reads: Readonly<Record<Lane, Limiter>>;
  marks: Marks;
  labels: SeenLabels;
  seen: SeenStates;
}

/** Gmail and Workspace, over the Gmail API. */
export const gmailProvider = (ports: GmailPorts): MailProvider => {
  const { db, clock, random, settings } = ports;
  const known = new Map<string, OfAccount>();
  const whole = limiter(GMAIL_RAW_READS);
  const puller = settings.push && pullerOf(ports, settings.push);

  const ofAccount = (accountId: string): OfAccount => {
    const found = known.get(accountId);
    if (found) return found;
    const made: OfAccount = {
      quota: new AccountQuota({ db, clock, settings: settings.quota }, accountId),
      reads: { interactive: limiter(GMAIL_READS), bulk: limiter(GMAIL_READS) },
      marks: new Map(),
      labels: {},
      seen: new SeenStates(),
    };
    known.set(accountId, made);
    return made;
  };

  const open = (account: AccountRef): Mailbox => {
    const { signIn } = account;
    const { quota, reads, marks, labels: seenLabels, seen } = ofAccount(account.id);
    const rest = restClient({ clock, random, signIn, root: settings.root, quota });
    const labels = new Labels(rest, clock, seenLabels);
    const watch = watchOf({ ports, account, rest, puller });
    return gmailMailbox({
      rest,
      labels,
      clock,
      access: settings.access,
      watch,
      reads,
      whole,
      marks,
      seen,
      backfillDays: settings.backfillDays,
    });
  };

  return {
    kind: 'gmail',
    title: 'Gmail',
    authServer: 'mx.google.com',
    open,
    usage: (accountId) => quotaUse({ db, clock, settings: settings.quota }, accountId),
    forget: async (accountId) => {
      known.delete(accountId);
    },
    close: async () => {
      await puller?.close();
      known.clear();
    },
  };
};

const pullerOf = ({ clock, onProblem }: GmailPorts, push: PushSettings): Puller =>
  pubsubPuller({
    clock,
    root: push.root,
    subscription: push.subscription,
    onProblem: (err) => onProblem?.(err),
  });

const watchOf = (o: {
  ports: GmailPorts;
  account: AccountRef;
  rest: ReturnType<typeof restClient>;
  puller: Puller | undefined;
}): Watch => {
  const { clock, settings, onProblem } = o.ports;
  const common = { clock, pollMs: settings.pollMs };
  if (!o.puller || !settings.push) return pollWatch(common);
  const { id: accountId, email, signIn } = o.account;
  const listener = { accountId, email, signIn };
  return pushWatch({
    ...common,
    rest: o.rest,
    puller: o.puller,
    listener,
    topic: settings.push.topic,
    onProblem: (err) => onProblem?.(err),
  });
};
