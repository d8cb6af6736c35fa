import { z } from 'zod';
import { DECISION_SOURCES } from '#db/enums.ts';
import { attachmentSchema, emailSchema } from '#mail/email.ts';
import { actionSummaryShape } from './action.ts';
import { addressShape, id, instant } from './base.ts';

const providerLabels = z.array(z.string()).describe('Provider label ids.');

export const threadSummaryShape = z
  .strictObject({
    id,
    accountId: id,
    subject: z.string(),
    from: addressShape.describe('Of the newest message.'),
    snippet: z.string(),
    messageCount: z.number().int(),
    unread: z.boolean(),
    starred: z.boolean(),
    lastAt: instant,
    labels: providerLabels,
    hasAttachments: z.boolean(),
    ruleNames: z.array(z.string()).describe('Rules that acted on any of its messages.'),
  })
  .meta({ id: 'ThreadSummary' });
export type ThreadSummary = z.input<typeof threadSummaryShape>;

export const decisionShape = z
  .strictObject({
    id,
    source: z.enum(DECISION_SOURCES),
    rationale: z.string().nullable(),
    ruleId: id.nullable(),
    ruleName: z.string().nullable(),
    because: z.array(z.string()).describe('The conditions that were true, in plain words.'),
  })
  .meta({ id: 'Decision' });
export type DecisionView = z.input<typeof decisionShape>;

export const messageShape = emailSchema
  .pick({
    id: true,
    threadId: true,
    accountId: true,
    to: true,
    cc: true,
    receivedAt: true,
    subject: true,
    text: true,
    newText: true,
    labels: true,
    flags: true,
    notes: true,
  })
  .extend({
    from: addressShape,
    answerTo: z
      .string()
      .nullable()
      .describe('Whom a reply goes to, which Reply-To may name; null where nobody can be answered.'),
    html: z.string().nullable().describe('Sanitised; null when there is none.'),
    attachments: z.array(attachmentSchema.omit({ contentId: true })),
    decision: decisionShape.optional(),
    actions: z.array(actionSummaryShape),
  })
  .meta({ id: 'Message' });
export type MessageView = z.input<typeof messageShape>;

export const threadShape = z
  .strictObject({
    id,
    accountId: id,
    subject: z.string(),
    messages: z.array(messageShape).describe('Oldest first.'),
  })
  .meta({ id: 'Thread' });

export const searchHitShape = z
  .strictObject({
    messageId: id,
    threadId: id,
    subject: z.string(),
    from: addressShape,
    snippet: z.string(),
    receivedAt: instant,
  })
  .meta({ id: 'SearchHit' });

export const noteShape = z.strictObject({ id, text: z.string(), createdAt: instant }).meta({ id: 'Note' });
