import type { LabelRole } from '#mail/message.ts';
import { AppError } from '#std/errors.ts';
import type { MailboxView } from './define.ts';

/** The label with a role as a list for a patch; empty where the mailbox has no such label. */
export const roleLabels = (view: MailboxView, role: LabelRole): string[] => {
  const id = view.labelByRole(role);
  return id === null ? [] : [id];
};

/** The label that a parameter names. Throws `actions.no-label` when the mailbox has none of that name. */
export const namedLabel = (view: MailboxView, idOrName: string): string => {
  const id = view.label(idOrName);
  if (id !== null) return id;
  throw new AppError('input', 'actions.no-label', 'The mailbox has no such label', {
    help: 'Make the label, or name another one in the rule.',
  });
};
