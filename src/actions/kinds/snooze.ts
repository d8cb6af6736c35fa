import { z } from 'zod';
import { SNOOZE_MAX_MS } from '#config/limits.ts';
import { patch } from '#mail/patch.ts';
import { AppError } from '#std/errors.ts';
import { type Instant, parseInstant, toInstant, toMs } from '#std/time.ts';
import { defineAction } from './define.ts';
import { namedLabel, roleLabels } from './roles.ts';

const UNIT_MS = { minutes: 60_000, hours: 3_600_000, days: 86_400_000, weeks: 604_800_000 } as const;

const parameters = z
  .strictObject({
    until: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('When it comes back, as an ISO date and time.'),
    amount: z.number().int().min(1).max(10_000).optional().describe('Instead of a time: how long, in units.'),
    units: z.enum(['minutes', 'hours', 'days', 'weeks']).optional().describe('What the amount counts.'),
  })
  .refine((p) => (p.until === undefined) !== (p.amount === undefined && p.units === undefined), {
    message: 'Give either `until`, or `amount` and `units`',
  })
  .refine((p) => (p.amount === undefined) === (p.units === undefined), {
    message: '`amount` and `units` go together',
  });

/** When it comes back. Throws `actions.snooze-time` for a time that is past or more than a year away. */
const wakeTime = (p: z.infer<typeof parameters>, now: Instant): Instant => {
  const until = p.until === undefined ? undefined : parseInstant(p.until);
  const at = until ?? toInstant(toMs(now) + (p.amount ?? 0) * UNIT_MS[p.units ?? 'minutes']);
  const away = toMs(at) - toMs(now);
  if (away > 0 && away <= SNOOZE_MAX_MS) return at;
  throw new AppError('input', 'actions.snooze-time', 'A snooze ends in the future, within a year', {
    help: 'Choose a later time, at most a year away.',
  });
};

export const snooze = defineAction({
  type: 'snooze',
  title: 'Snooze',
  description: 'Take the message out of the inbox until a time, then bring it back.',
  danger: 'leaves_inbox',
  parameters,
  reversible: true,
  labels: (_, snoozeLabel) => [snoozeLabel],
  effect: (p, view) => ({
    kind: 'patch',
    patch: patch({
      addLabels: [namedLabel(view, view.snoozeLabel)],
      removeLabels: roleLabels(view, 'inbox'),
    }),
    wakeAt: wakeTime(p, view.now),
  }),
});
