import { z } from 'zod';
import { RULE_SCOPES, SAFE_MODES } from '#db/enums.ts';
import { addressShape, id, instant } from './base.ts';

const json = z.record(z.string(), z.unknown());

export const ruleShape = z
  .strictObject({
    id,
    name: z.string(),
    scope: z.enum(RULE_SCOPES),
    scopeRef: z.string().nullable(),
    priority: z.number().describe('Lower first.'),
    enabled: z.boolean(),
    conditions: json.describe('A condition, or a group of them.'),
    actions: z.array(z.strictObject({ type: z.string(), parameters: json })),
    continueMatching: z.boolean(),
    safeMode: z.enum(SAFE_MODES),
    shadow: z.boolean().describe('Recorded and shown, never carried out.'),
    disabledReason: z.string().nullable(),
    hits: z.number().int(),
    lastHitAt: instant.nullable(),
    summary: z.string().describe('The rule as one plain sentence.'),
  })
  .meta({ id: 'Rule' });
export type RuleView = z.input<typeof ruleShape>;

const entry = { type: z.string(), title: z.string(), description: z.string(), parameters: json };

export const catalogShape = z
  .strictObject({
    conditions: z.array(z.strictObject(entry)),
    actions: z.array(z.strictObject({ ...entry, danger: z.enum(['safe', 'leaves_inbox', 'dangerous']) })),
  })
  .meta({ id: 'Catalog' });

export const ruleTestShape = z
  .strictObject({
    checked: z.number().int(),
    matched: z.number().int(),
    samples: z.array(
      z.strictObject({ messageId: id, subject: z.string(), from: addressShape, receivedAt: instant }),
    ),
  })
  .meta({ id: 'RuleTest' });
