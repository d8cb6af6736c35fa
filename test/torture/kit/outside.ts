import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { DOVECOT_PASSWORD, type DovecotServer } from '#test/kit/dovecot-server.ts';
import { startImapWire } from '#test/kit/imap-wire.ts';
import { startSmtpSink } from '#test/kit/smtp-sink.ts';
import { SAM } from './gmail-life.ts';
import type { Place } from './installation.ts';
import { mailFrom, ROBIN } from './mailbox-life.ts';
import type { Left, Shown } from './outside-checker.ts';
import type { Outside, Scenario } from './scenario.ts';

/** What really happened outside. */
export interface Truth {
  /** Every mail that left. */
  left: readonly Left[];
  /** Where each message lies, and how it is marked. */
  mailbox: readonly string[];
  /** What the mailbox shows. */
  shown: readonly Shown[];
  /** What must stand nowhere in the database. */
  secrets: readonly string[];
}

/** Gmail, or a mail server, for one case: it outlives the lives that are killed. Closing it twice does no harm. */
export interface World {
  outside: Outside;
  truth(): Promise<Truth>;
  close(): Promise<void>;
}

const closedOnce = (world: World): World => {
  let closed: Promise<void> | undefined;
  return {
    ...world,
    close: () => {
      closed ??= world.close();
      return closed;
    },
  };
};

const TOPIC = 'projects/p/topics/t';
const SUBSCRIPTION = 'projects/p/subscriptions/s';
const SMTP_PASSWORD = 'the-password-for-sending';
let users = 0;

const gmailSettings = (fake: Awaited<ReturnType<typeof startFakeGmail>>): Record<string, unknown> => ({
  'gmail.client_id': fake.client.id,
  'gmail.client_secret': fake.client.secret,
  'gmail.use_pubsub': true,
  'gmail.project_id': 'p',
  'gmail.topic': TOPIC,
  'gmail.subscription': SUBSCRIPTION,
  // Who waits for units would wait for a clock that stands.
  'gmail.units_per_minute': 1_000_000_000,
  ...Object.fromEntries(Object.entries(fake.endpoints).map(([name, to]) => [`endpoints.${name}`, to])),
});

/** The time of the life that is lived, or of the last one. */
const timeIn = (place: Place): number => {
  try {
    return Number(readFileSync(join(place.dir, 'time.txt'), 'utf8')) || 0;
  } catch {
    return Date.parse('2026-01-15T09:00:00.000Z');
  }
};

/** Gmail is in the process of the trial: only lives are killed. */
export const openGmail = async (place: Place): Promise<World> => {
  const fake = await startFakeGmail({
    users: [ROBIN, SAM],
    now: () => timeIn(place),
    behaviour: { quota: false },
  });
  fake.pubsub.createTopic(TOPIC);
  fake.pubsub.createSubscription(SUBSCRIPTION, TOPIC, 10);
  for (const user of [ROBIN, SAM]) {
    for (const n of [1, 2]) fake.deliver(user, mailFrom('plain.example', `Older ${n}`));
  }
  return closedOnce({
    outside: { settings: gmailSettings(fake), url: fake.url },
    truth: async () => {
      const messages = fake.messageIds(ROBIN).flatMap((id) => fake.message(ROBIN, id) ?? []);
      return {
        left: fake.ledger.sends().map((one) => ({
          opId: one.opId ?? '',
          what: `${one.to} ${one.subject}`,
          withheld: one.withheld === true,
        })),
        mailbox: messages.map((one) => `${one.subject}: ${one.labels.sort().join(' ')}`).sort(),
        shown: messages.map(({ id, historyId }) => ({ email: ROBIN, id, historyId })),
        // How access and refresh tokens begin.
        secrets: ['ya29.', '1//0', fake.client.secret],
      };
    },
    close: () => fake.close(),
  });
};

const FOLDERS = ['INBOX', 'Archive', 'Sent', 'Drafts', 'Trash'];

const standing = async (port: number, user: string): Promise<string[]> => {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: DOVECOT_PASSWORD },
    logger: false,
    disableAutoIdle: true,
  });
  await client.connect();
  try {
    const lines: string[] = [];
    for (const path of FOLDERS) {
      await client.mailboxOpen(path);
      for (const { envelope, flags } of await client.fetchAll(
        '1:*',
        { envelope: true, flags: true },
        { uid: true },
      )) {
        const marks = [...(flags ?? [])].filter((flag) => flag !== '\\Recent').sort();
        lines.push([`${envelope?.subject}:`, path, ...marks].join(' '));
      }
    }
    return lines.sort();
  } finally {
    client.close();
  }
};

const OP_ID = /^X-Op-Id: *(\S+)/im;

/** A mailbox of its own at the mail server, and a server of its own to send through. */
export const openImap = async (place: Place, server: DovecotServer, scenario: Scenario): Promise<World> => {
  const user = `crash${++users}`;
  const sentFile = join(place.dir, 'sent.log');
  appendFileSync(sentFile, '');
  const left: Left[] = [];
  const smtp = await startSmtpSink({
    onMail: async ({ raw, recipients }) => {
      const opId = OP_ID.exec(raw.toString('latin1'))?.[1] ?? '';
      left.push({ opId, what: recipients.join(' '), withheld: false });
      appendFileSync(sentFile, `${opId}\n`);
    },
  });
  const wire = await startImapWire(server.port);
  const { hide } = scenario.parameters;
  if (Array.isArray(hide)) wire.hide(...hide.map(String));
  return closedOnce({
    outside: {
      settings: {},
      imap: { port: wire.port, server: server.port, smtpPort: smtp.port, user },
      smtpPassword: SMTP_PASSWORD,
      sentFile,
    },
    truth: async () => ({
      left,
      mailbox: await standing(server.port, user),
      shown: [],
      secrets: [SMTP_PASSWORD],
    }),
    close: async () => {
      wire.close();
      await smtp.stop();
    },
  });
};
