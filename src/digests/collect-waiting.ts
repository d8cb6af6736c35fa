import { labelNames } from '#actions/label-names.ts';
import { actionsById } from '#actions/list-store.ts';
import { approvalCard } from '#approvals/card.ts';
import { countWaiting, listApprovals } from '#approvals/store.ts';
import { DIGEST_WAITING } from '#config/limits-digests.ts';
import { mailHeads } from '#mail/head-store.ts';
import { ruleNames } from '#rules/store.ts';
import type { Collected, SectionContext } from './sections/define.ts';
import type { Waiting } from './sections/waiting.ts';

/** What waits for a yes now, whenever it was asked. */
export const collectWaiting = async ({ db, userId }: SectionContext): Promise<Collected<Waiting>> => {
  const total = await countWaiting(db, userId);
  const approvals = await listApprovals(db, { userId, state: 'waiting', limit: DIGEST_WAITING });
  const actions = await actionsById(
    db,
    userId,
    approvals.map((a) => a.actionId),
  );
  const about = [...actions.values()];
  const heads = await mailHeads(
    db,
    userId,
    about.map((a) => a.messageId),
  );
  const rules = await ruleNames(
    db,
    userId,
    about.flatMap((a) => a.ruleId ?? []),
  );
  const labels = await labelNames(db, userId);
  const items = approvals.flatMap((approval): Waiting[] => {
    const action = actions.get(approval.actionId);
    if (!action) return [];
    const head = heads.get(action.messageId)?.reveal();
    const card = approvalCard({
      action,
      approval,
      message: head && {
        subject: head.subject,
        from: { name: head.fromName, address: head.fromAddress },
        receivedAt: head.receivedAt,
      },
      ruleName: action.ruleId === null ? null : (rules.get(action.ruleId) ?? null),
      names: labels.of(action.accountId),
    });
    return [
      {
        approvalId: approval.id,
        actionId: action.id,
        messageId: action.messageId,
        verb: card.verb,
        target: card.target,
        reasons: card.reasons,
        expiresAt: approval.expiresAt,
      },
    ];
  });
  return { items, total, more: Math.max(0, total - items.length) };
};
