import { z } from 'zod';
import { DIGEST_SENDER_ENTRIES } from '#config/limits-digests.ts';
import { collectUnread } from '#digests/collect-unread.ts';
import { entryLines, groupLines } from '#digests/unread-text.ts';
import { defineSection } from './define.ts';
import { entrySchema, personSchema } from './entry.ts';

const count = z.number().int().min(1);

export const groupSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('thread'), thread: entrySchema }).meta({ id: 'DigestThread' }),
  z
    .strictObject({
      kind: z.literal('sender'),
      from: personSchema,
      threadCount: count,
      messageCount: count,
      threads: z.array(entrySchema).min(1).max(DIGEST_SENDER_ENTRIES).describe('The newest ones.'),
      more: z.number().int().min(0).describe('Threads that were left out.'),
    })
    .meta({ id: 'DigestSender' }),
]);
export type Group = z.output<typeof groupSchema>;

const entriesOf = (group: Group) => (group.kind === 'thread' ? [group.thread] : group.threads);

export const unread = defineSection({
  name: 'unread',
  title: 'New and unread',
  description:
    'Unread mail of the inbox that no earlier digest covered, by thread, newest first; threads of one sender together when there are more than two. `total` counts messages, `more` threads.',
  item: groupSchema,
  collect: collectUnread,
  lines: (group) => (group.kind === 'thread' ? entryLines(group.thread) : groupLines(group)),
  mailOf: (group) => {
    const { messageId, threadId } = group.kind === 'thread' ? group.thread : (group.threads[0] ?? noMail);
    return { messageId, threadId };
  },
  isNews: (groups) => groups.length > 0,
  readingSeconds: (groups) => groups.flatMap(entriesOf).reduce((sum, entry) => sum + entry.readingSeconds, 0),
});

const noMail = { messageId: '', threadId: '' };
