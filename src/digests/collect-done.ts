import { describeAction } from '#actions/describe.ts';
import { type DoneGroup, doneGroups } from '#actions/done-store.ts';
import { findActionKind } from '#actions/kinds/catalog.ts';
import { type LabelNames, labelNames } from '#actions/label-names.ts';
import { DIGEST_DONE, DIGEST_DONE_EXAMPLES, DIGEST_LINE_CHARS } from '#config/limits.ts';
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

const actionsOf = (group: DoneGroup, { heads }: Around): Done['actions'] =>
  group.examples.flatMap(({ id, messageId }) => {
    const head = heads.get(messageId)?.reveal();
    if (!head) return [];
    return [
      {
        actionId: id,
        messageId,
        threadId: head.threadId,
        from: personOf({ name: head.fromName, address: head.fromAddress }),
        subject: plainLine(head.subject, DIGEST_LINE_CHARS),
      },
    ];
  });

const doneOf = (group: DoneGroup, around: Around): Done => {
  const names = around.labels.of(group.examples[0]?.accountId ?? '');
  const ruleName = group.ruleId === null ? undefined : around.rules.get(group.ruleId);
  const actions = actionsOf(group, around);
  return {
    type: group.type,
    title: plainLine(describeAction(group, names), DIGEST_LINE_CHARS),
    ruleId: group.ruleId,
    ruleName: ruleName === undefined ? null : plainLine(ruleName, DIGEST_LINE_CHARS),
    count: group.count,
    undoable: findActionKind(group.type)?.reversible ?? false,
    actions,
    more: group.count - actions.length,
  };
};

/** What was done in the window without anybody's command. */
export const collectDone = async ({ db, userId, window }: SectionContext): Promise<Collected<Done>> => {
  const found = await doneGroups(db, {
    userId,
    from: window.from,
    to: window.to,
    groups: DIGEST_DONE,
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
