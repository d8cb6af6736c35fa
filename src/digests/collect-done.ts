import { describeAction } from '#actions/describe.ts';
import { type DoneGroup, doneGroups } from '#actions/done-store.ts';
import { findActionKind } from '#actions/kinds/catalog.ts';
import { type LabelNames, labelNames } from '#actions/label-names.ts';
import {
  DIGEST_DONE,
  DIGEST_DONE_EXAMPLES,
  DIGEST_DONE_KINDS,
  DIGEST_LINE_CHARS,
} from '#config/limits-digests.ts';
import { type MailHead, mailHeads } from '#mail/head-store.ts';
import { plainLine } from '#mail/plain-line.ts';
import { ruleNames } from '#rules/store.ts';
import { personOf } from './collect-unread.ts';
import type { Collected, SectionContext } from './sections/define.ts';
import type { Done } from './sections/done.ts';

interface Around {
  heads: ReadonlyMap<string, { reveal(): MailHead }>;
  rules: ReadonlyMap<string, string>;
  labels: LabelNames;
}

const messagesOf = (group: DoneGroup, { heads }: Around): Done['messages'] =>
  group.examples.flatMap(({ messageId, actionIds }) => {
    const head = heads.get(messageId)?.reveal();
    if (!head) return [];
    return [
      {
        messageId,
        threadId: head.threadId,
        from: personOf({ name: head.fromName, address: head.fromAddress }),
        subject: plainLine(head.subject, DIGEST_LINE_CHARS),
        actionIds,
      },
    ];
  });

const doneOf = (group: DoneGroup, around: Around): Done => {
  const ruleName = group.ruleId === null ? undefined : around.rules.get(group.ruleId);
  const messages = messagesOf(group, around);
  return {
    ruleId: group.ruleId,
    ruleName: ruleName === undefined ? null : plainLine(ruleName, DIGEST_LINE_CHARS),
    messageCount: group.messageCount,
    kinds: group.kinds.map((kind) => ({
      type: kind.type,
      title: plainLine(describeAction(kind, around.labels.of(kind.accountId)), DIGEST_LINE_CHARS),
      count: kind.count,
      undoable: findActionKind(kind.type)?.reversible ?? false,
    })),
    moreKinds: group.moreKinds,
    messages,
    more: group.messageCount - messages.length,
  };
};

/** What was done in the window without anybody's command. */
export const collectDone = async ({ db, userId, window }: SectionContext): Promise<Collected<Done>> => {
  const found = await doneGroups(db, {
    userId,
    from: window.from,
    to: window.to,
    groups: DIGEST_DONE,
    kinds: DIGEST_DONE_KINDS,
    examples: DIGEST_DONE_EXAMPLES,
  });
  const around: Around = {
    heads: await mailHeads(
      db,
      userId,
      found.groups.flatMap((g) => g.examples.map((e) => e.messageId)),
    ),
    rules: await ruleNames(
      db,
      userId,
      found.groups.flatMap((g) => g.ruleId ?? []),
    ),
    labels: await labelNames(db, userId),
  };
  return {
    items: found.groups.map((group) => doneOf(group, around)),
    total: found.total,
    more: found.groupCount - found.groups.length,
  };
};
