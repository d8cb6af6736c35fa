import { labelNames } from '#actions/label-names.ts';
import { actionsById } from '#actions/list-store.ts';
import type { Approval } from '#approvals/approval.ts';
import { approvalCard } from '#approvals/card.ts';
import type { Sql } from '#db/db.ts';
import type { ApprovalView } from '#http/shapes/action.ts';
import { mailHeads } from '#mail/head-store.ts';
import { actionSummaries } from './action-view.ts';
import { shownState } from './approval-state.ts';
import { actorName } from './audit-view.ts';

/** Approvals with their cards, in the same order. */
export const approvalViews = async (
  sql: Sql,
  userId: string,
  approvals: readonly Approval[],
): Promise<ApprovalView[]> => {
  const actions = await actionsById(
    sql,
    userId,
    approvals.map((a) => a.actionId),
  );
  const summaries = new Map(
    (await actionSummaries(sql, userId, [...actions.values()])).map((s) => [s.id, s]),
  );
  const heads = await mailHeads(
    sql,
    userId,
    [...actions.values()].map((a) => a.messageId),
  );
  const names = await labelNames(sql, userId);
  const views: ApprovalView[] = [];
  for (const approval of approvals) {
    const action = actions.get(approval.actionId);
    const summary = summaries.get(approval.actionId);
    if (!action || !summary) continue;
    const head = heads.get(action.messageId)?.reveal();
    const message = head && {
      subject: head.subject,
      from: { name: head.fromName, address: head.fromAddress },
      receivedAt: head.receivedAt,
    };
    views.push({
      id: approval.id,
      createdAt: approval.createdAt,
      expiresAt: approval.expiresAt,
      state: shownState(approval.state),
      action: summary,
      card: approvalCard({
        action,
        approval,
        message,
        ruleName: summary.ruleName,
        names: names.of(action.accountId),
      }),
      decidedBy: approval.decidedBy === null ? null : await actorName(sql, approval.decidedBy),
      decidedVia: approval.decidedVia,
    });
  }
  return views;
};
