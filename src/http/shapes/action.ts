import { z } from 'zod';
import { ACTION_STATUSES, DECISION_SOURCES, LINK_RELATIONS } from '#db/enums.ts';
import { FLAGS } from '#mail/message.ts';
import { addressShape, id, instant } from './base.ts';

export const SHOWN_APPROVAL_STATES = ['pending', 'approved', 'rejected', 'expired', 'canceled'] as const;

export const actionSummaryShape = z
  .strictObject({
    id,
    type: z.string().describe('The name in the catalog of actions, or `undo`.'),
    title: z.string().describe('For people.'),
    status: z.enum(ACTION_STATUSES),
    messageId: id,
    threadId: z.string(),
    subject: z.string(),
    from: addressShape,
    createdAt: instant,
    executedAt: instant.nullable(),
    ruleId: id.nullable(),
    ruleName: z.string().nullable(),
    source: z.enum(DECISION_SOURCES),
    canUndo: z.boolean(),
    undoneBy: id.nullable().describe('The action that undid this one.'),
    undoOf: id.nullable().describe('The action that this one undoes.'),
    errorMessage: z.string().nullable(),
  })
  .meta({ id: 'ActionSummary' });
export type ActionSummary = z.input<typeof actionSummaryShape>;

const stateShape = z
  .strictObject({
    labels: z.array(z.strictObject({ id: z.string(), name: z.string() })),
    flags: z.array(z.enum(FLAGS)),
  })
  .meta({ id: 'MessageState' });

export const actionDetailShape = actionSummaryShape
  .extend({
    parameters: z.record(z.string(), z.unknown()),
    because: z.array(z.string()),
    policyReasons: z.array(z.strictObject({ code: z.string(), sentence: z.string() })),
    whyNotUndoable: z.string().nullable().describe('One sentence; null when it can be undone.'),
    before: stateShape.nullable(),
    after: stateShape.nullable(),
    links: z.array(z.strictObject({ relation: z.enum([...LINK_RELATIONS, 'undone_by']), actionId: id })),
    audit: z.array(
      z.strictObject({
        at: instant,
        actor: z.string(),
        channel: z.string().nullable(),
        action: z.string(),
      }),
    ),
    traceId: z.string().nullable(),
    approval: z.strictObject({ id, state: z.enum(SHOWN_APPROVAL_STATES) }).optional(),
  })
  .meta({ id: 'ActionDetail' });
export type ActionDetail = z.input<typeof actionDetailShape>;

export const approvalShape = z
  .strictObject({
    id,
    createdAt: instant,
    expiresAt: instant,
    state: z.enum(SHOWN_APPROVAL_STATES),
    action: actionSummaryShape,
    card: z
      .strictObject({
        verb: z.string(),
        target: z.string(),
        lines: z.array(z.string()),
        reasons: z.array(z.string()),
      })
      .describe('Made by code from the stored action.'),
    decidedBy: z.string().nullable(),
    decidedVia: z.string().nullable(),
  })
  .meta({ id: 'Approval' });
export type ApprovalView = z.input<typeof approvalShape>;
