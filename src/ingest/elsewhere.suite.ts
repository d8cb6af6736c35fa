import type { MailState } from '#mail/message.ts';
import { patch } from '#mail/patch.ts';
import type { FetchedMail, InLane, Mailbox, MailChange } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';

/** A local mailbox that behaves as one at a provider elsewhere does, in the test's hands. */
export interface Elsewhere {
  /** How often each method was called. */
  calls: Record<string, number>;
  /** The ids that were fetched, in order. */
  fetched: string[];
  backfillDays: number;
  /** Called before each call; what it throws, the mailbox throws. */
  before: (method: string) => Promise<void> | void;
  /** What the next `changes` answers, instead of asking. */
  nextChanges: (() => { changes: MailChange[]; cursor: string; more: boolean }) | undefined;
  /** What a fetch answers, in place of what the mailbox answers now. */
  answerFetch: (mails: FetchedMail[], o: InLane | undefined) => Promise<FetchedMail[]>;
  wrap(mailbox: Mailbox): Mailbox;
}

const LABELS = ['INBOX', 'ARCHIVE', 'TRASH', 'SPAM', 'SENT', 'DRAFTS'];

/** As Gmail tells of a change: what was set and what was taken away. */
const asPatch = (id: string, { labels, flags }: MailState): MailChange => ({
  kind: 'patched',
  id,
  patch: patch({
    addLabels: labels,
    removeLabels: LABELS.filter((label) => !labels.includes(label)),
    addFlags: flags,
    removeFlags: (['seen', 'flagged', 'answered'] as const).filter((flag) => !flags.includes(flag)),
  }),
});

export const elsewhere = (): Elsewhere => {
  const self: Elsewhere = {
    calls: {},
    fetched: [],
    backfillDays: 30,
    before: () => {},
    nextChanges: undefined,
    answerFetch: async (mails) => mails,
    wrap: (mailbox) => {
      const call = async <T>(method: string, work: () => Promise<T>): Promise<T> => {
        self.calls[method] = (self.calls[method] ?? 0) + 1;
        await self.before(method);
        return work();
      };
      return {
        ...mailbox,
        can: { ...mailbox.can, wholeHistory: false },
        backfillDays: self.backfillDays,
        labels: () => call('labels', () => mailbox.labels()),
        cursor: () => call('cursor', () => mailbox.cursor()),
        state: (id) => call('state', () => mailbox.state(id)),
        list: (...args) => call('list', () => mailbox.list(...args)),
        fetch: (ids, o) =>
          call('fetch', async () => {
            self.fetched.push(...ids);
            return self.answerFetch(await mailbox.fetch(ids, o), o);
          }),
        changes: (cursor, limit) =>
          call('changes', async () => {
            if (cursor === null)
              throw new AppError('permanent', 'test.no-history', 'It tells no whole history');
            const told = self.nextChanges?.();
            self.nextChanges = undefined;
            if (told) return told;
            const page = await mailbox.changes(cursor, limit);
            if ('expired' in page) return page;
            const changes = page.changes.map((c) => (c.kind === 'changed' ? asPatch(c.id, c.state) : c));
            return { ...page, changes };
          }),
        async *survey(...args) {
          for await (const page of mailbox.survey(...args)) {
            await call('survey', async () => {});
            yield page;
          }
        },
      };
    },
  };
  return self;
};
