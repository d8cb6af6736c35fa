import type { LazyMail } from '#test/fakes/gmail/mailbox/mail-item.ts';
import { randomOf } from '#test/fakes/gmail/seeded-random.ts';
import { BODIES, type MadeBody } from './bodies.ts';
import { PEOPLE, SENDERS, SUBJECTS, TOPICS } from './words.ts';

export interface MadeMail extends LazyMail {
  labels: readonly string[];
}

export interface MailPlace {
  seed: number;
  /** From 0. */
  index: number;
  to: string;
  dateMs: number;
}

export const KINDS = ['newsletter', 'receipt', 'notice', 'person', 'attachment', 'odd'] as const;
export type MailKind = (typeof KINDS)[number];

/** Out of 100 mails. */
const SHARES: Readonly<Record<MailKind, number>> = {
  newsletter: 34,
  receipt: 14,
  notice: 18,
  person: 24,
  attachment: 6,
  odd: 4,
};

const LABELS: Readonly<Record<MailKind, readonly string[]>> = {
  newsletter: ['INBOX', 'CATEGORY_PROMOTIONS'],
  receipt: ['INBOX', 'CATEGORY_UPDATES'],
  notice: ['INBOX', 'CATEGORY_UPDATES'],
  person: ['INBOX', 'CATEGORY_PERSONAL', 'IMPORTANT'],
  attachment: ['INBOX', 'CATEGORY_PERSONAL'],
  odd: ['INBOX'],
};

const kindOf = (of100: number): MailKind => {
  let left = of100;
  for (const kind of KINDS) {
    left -= SHARES[kind];
    if (left < 0) return kind;
  }
  return 'person';
};

const pick = <T>(from: readonly [T, ...T[]], at: number): T => from[at % from.length] ?? from[0];

/** Letters between persons come in rows of up to this many that answer each other. */
const THREAD_LENGTH = 4;

const messageIdOf = (seed: number, index: number): string => `made-${seed}-${index}@mail.example`;

const headsOf = (place: MailPlace, kind: MailKind) => {
  const random = randomOf(place.seed * 1_000_003 + place.index);
  const topic = pick(TOPICS, random.below(TOPICS.length));
  const sender =
    kind === 'person' || kind === 'attachment' || kind === 'odd'
      ? pick(PEOPLE, random.below(PEOPLE.length))
      : pick(SENDERS[kind], random.below(SENDERS[kind].length));
  const subject = pick(SUBJECTS[kind], random.below(SUBJECTS[kind].length)).replace('{}', topic);
  // The nearest earlier letters of a person, which this one may answer.
  const answers = kind === 'person' && place.index > 0 && random.below(THREAD_LENGTH) > 0;
  return { random, topic, sender, subject, answers };
};

const previousPerson = (place: MailPlace): number | undefined => {
  for (let index = place.index - 1; index >= Math.max(0, place.index - 12); index--) {
    const kind = kindOf(randomOf(place.seed * 7 + index).below(100));
    if (kind === 'person') return index;
  }
  return undefined;
};

const rawOf = (
  place: MailPlace,
  of: { subject: string; sender: string; references: string[]; body: MadeBody },
): Buffer => {
  const { index, seed, to, dateMs } = place;
  const refs = of.references.map((one) => `<${one}>`);
  const lines = [
    `Delivered-To: ${to}`,
    `Received: by mx.google.com with SMTP id made${index}; ${new Date(dateMs).toUTCString()}`,
    'Authentication-Results: mx.google.com; dkim=pass header.i=@mail.example; spf=pass; dmarc=pass',
    `From: ${of.sender}`,
    `To: ${to}`,
    `Subject: ${of.subject}`,
    `Date: ${new Date(dateMs).toUTCString()}`,
    `Message-ID: <${messageIdOf(seed, index)}>`,
    ...(refs.length > 0 ? [`In-Reply-To: ${refs.at(-1)}`, `References: ${refs.join(' ')}`] : []),
    'MIME-Version: 1.0',
    ...of.body.headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8'), of.body.bytes]);
};

/** The mail number `index` of a seed. Only what threads need is worked out at once; the bytes when they are read. */
export const mailAt = (place: MailPlace): MadeMail => {
  const kind = kindOf(randomOf(place.seed * 7 + place.index).below(100));
  const { subject, answers } = headsOf(place, kind);
  const previous = answers ? previousPerson(place) : undefined;
  const references = previous === undefined ? [] : [messageIdOf(place.seed, previous)];
  const shown = previous === undefined ? subject : `Re: ${subject}`;
  const unread = randomOf(place.seed * 11 + place.index).below(3) === 0;
  return {
    labels: [...LABELS[kind], ...(unread ? ['UNREAD'] : [])],
    head: { messageId: messageIdOf(place.seed, place.index), references, subject: shown },
    raw: () => {
      const { random, topic, sender } = headsOf(place, kind);
      const body = BODIES[kind]({ random, topic, index: place.index });
      return rawOf(place, { subject: shown, sender, references, body });
    },
  };
};
