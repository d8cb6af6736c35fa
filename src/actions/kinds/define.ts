import type { z } from 'zod';
import type { LabelRole } from '#mail/message.ts';
import type { MailPatch } from '#mail/patch.ts';
import type { Danger } from '#policy/danger.ts';
import type { Instant } from '#std/time.ts';

/** What an action may know of its mailbox while it says what it will do. */
export interface MailboxView {
  /** Provider id of the label with this role; null where the mailbox has none. */
  labelByRole(role: LabelRole): string | null;
  /** Provider id of a label by id or by name, compared without case; null where there is none. */
  label(idOrName: string): string | null;
  /** The name under which snoozed mail is kept. */
  snoozeLabel: string;
  now: Instant;
}

/** What a mail says, and what becomes of the one that it is about. */
export type Letter =
  /** `quote`: what it answers stands below it. */
  | { form: 'reply'; text: string; quote: boolean }
  /** A reply that no person asked for: its rules are in `policy/auto-reply.ts`. */
  | { form: 'auto_reply'; text: string }
  /** `attached`: as a whole message; otherwise its text and files. */
  | { form: 'forward'; to: readonly string[]; note: string; attached: boolean };

export type Effect =
  | { kind: 'patch'; patch: MailPatch; wakeAt?: Instant }
  | { kind: 'delete' }
  | { kind: 'note'; text: string }
  | { kind: 'send'; letter: Letter }
  | { kind: 'draft'; letter: Letter }
  /** What an undo of a draft does, if nobody has touched it. */
  | { kind: 'drop_draft'; id: string; hash: string }
  | { kind: 'nothing' };

/** One kind of action: everything that the engine, the forms, the prompt, the policy and the docs need to know of it. */
export interface ActionKind<P = unknown> {
  type: string;
  /** What a person reads on a button. */
  title: string;
  /** One line, used in the prompt, the forms and the docs. */
  description: string;
  danger: Danger;
  parameters: z.ZodType<P>;
  /** False for what cannot be taken back, and for what leaves nothing to take back. */
  reversible: boolean;
  /** For what leaves the mailbox: how, and to whom where that is no answer to the sender. */
  sends?(parameters: P): { kind: 'forward' | 'reply'; to: string[]; automatic: boolean };
  /** Names of labels that must exist before the effect; missing ones are made. */
  labels?(parameters: P, snoozeLabel: string): string[];
  /** Pure: what will be done, given the mailbox. Throws an input error when the parameters make no sense there. */
  effect(parameters: P, view: MailboxView): Effect;
}

/** Checks the shape and forgets the parameter type, so that all kinds fit into one catalog. */
export const defineAction = <P>(kind: ActionKind<P>): ActionKind =>
  ({
    ...kind,
    labels: kind.labels && ((p, snooze) => kind.labels?.(kind.parameters.parse(p), snooze) ?? []),
    sends: kind.sends && ((p) => kind.sends?.(kind.parameters.parse(p))),
    effect: (p, view) => kind.effect(kind.parameters.parse(p), view),
  }) as ActionKind;
