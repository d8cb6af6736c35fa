import {
  DIGEST_ATTACHMENTS,
  DIGEST_GROUPS,
  DIGEST_LINE_CHARS,
  DIGEST_SENDER_ENTRIES,
  DIGEST_SENDER_THREADS,
  DIGEST_THREAD_MESSAGES,
} from '#config/limits-digests.ts';
import { firstSentences } from '#insight/first-sentences.ts';
import { readingSeconds } from '#insight/reading-time.ts';
import { type MailGlance, mailGlances } from '#mail/glance-store.ts';
import type { Address, AttachmentInfo } from '#mail/message.ts';
import { plainAddress, plainLine } from '#mail/plain-line.ts';
import type { Collected, SectionContext } from './sections/define.ts';
import type { Entry, Person } from './sections/entry.ts';
import type { Group } from './sections/unread.ts';
import type { CoveredMail } from './window.ts';

/** The new messages of one thread, newest first. */
type Thread = readonly [CoveredMail, ...CoveredMail[]];
/** Threads that are shown together, newest first: one, or those of one sender. */
type ThreadGroup = readonly [Thread, ...Thread[]];

const gather = <T>(all: readonly T[], keyOf: (one: T) => string): [T, ...T[]][] => {
  const byKey = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const key = keyOf(one);
    const found = byKey.get(key);
    if (found) found.push(one);
    else byKey.set(key, [one]);
  }
  return [...byKey.values()];
};

/** Groups in the order of their newest message. */
const groupsOf = (mail: readonly CoveredMail[]): ThreadGroup[] => {
  const threads: Thread[] = gather(mail, (m) => m.threadId);
  const few = (group: ThreadGroup): ThreadGroup[] =>
    group.length < DIGEST_SENDER_THREADS || group[0][0].fromAddress === ''
      ? group.map((thread): ThreadGroup => [thread])
      : [group];
  const newest = (group: ThreadGroup): CoveredMail => group[0][0];
  return gather(threads, ([first]) => first.fromAddress)
    .flatMap(few)
    .sort((a, b) => (isNewer(newest(a), newest(b)) ? -1 : 1));
};

const isNewer = (a: CoveredMail, b: CoveredMail): boolean =>
  a.receivedAt > b.receivedAt || (a.receivedAt === b.receivedAt && a.id > b.id);

export const personOf = (from: Address): Person => ({
  name: plainLine(from.name, DIGEST_LINE_CHARS),
  address: plainAddress(from, DIGEST_LINE_CHARS),
});

const attachmentOf = (a: AttachmentInfo): Entry['attachments'][number] => ({
  filename: plainLine(a.filename, DIGEST_LINE_CHARS),
  mimeType: plainLine(a.mimeType, DIGEST_LINE_CHARS),
  sizeBytes: a.sizeBytes,
});

type Glances = ReadonlyMap<string, { reveal(): MailGlance }>;

/** undefined when its newest message was deleted a moment ago. */
const entryOf = (thread: Thread, glances: Glances): Entry | undefined => {
  const mails = thread.flatMap(({ id }) => glances.get(id)?.reveal() ?? []);
  const [newest] = mails;
  if (!newest) return undefined;
  const attachments = mails.flatMap((m) => m.attachments);
  return {
    threadId: newest.threadId,
    messageId: newest.id,
    accountId: newest.accountId,
    from: personOf(newest.from),
    subject: plainLine(newest.subject, DIGEST_LINE_CHARS),
    receivedAt: newest.receivedAt,
    summary: { text: firstSentences(newest.newText), tier: 'first_sentences' },
    readingSeconds: mails.reduce((sum, m) => sum + readingSeconds(m.newText, m.newTextChars), 0),
    attachments: attachments.slice(0, DIGEST_ATTACHMENTS).map(attachmentOf),
    moreAttachments: Math.max(0, attachments.length - DIGEST_ATTACHMENTS),
    messageCount: thread.length,
  };
};

const shownGroup = (group: ThreadGroup, glances: Glances): Group[] => {
  const entries = group.slice(0, DIGEST_SENDER_ENTRIES).flatMap((thread) => entryOf(thread, glances) ?? []);
  const [first] = entries;
  if (!first) return [];
  if (group.length === 1) return [{ kind: 'thread', thread: first }];
  return [
    {
      kind: 'sender',
      from: first.from,
      threadCount: group.length,
      messageCount: group.reduce((sum, thread) => sum + thread.length, 0),
      threads: entries,
      more: group.length - entries.length,
    },
  ];
};

/** The window's mail by thread and sender. Texts are read of what is shown only. */
export const collectUnread = async (ctx: SectionContext): Promise<Collected<Group>> => {
  const { mail } = ctx.window;
  const groups = groupsOf(mail);
  const shown = groups.slice(0, DIGEST_GROUPS);
  const read = shown.flatMap((group) =>
    group
      .slice(0, DIGEST_SENDER_ENTRIES)
      .flatMap((thread) => thread.slice(0, DIGEST_THREAD_MESSAGES).map((m) => m.id)),
  );
  const glances = await mailGlances(ctx.db, ctx.userId, read);
  return {
    items: shown.flatMap((group) => shownGroup(group, glances)),
    total: mail.length,
    more: groups.slice(DIGEST_GROUPS).reduce((sum, group) => sum + group.length, 0),
  };
};
