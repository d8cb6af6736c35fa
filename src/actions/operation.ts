import type { MailHandle } from '#mail/message-store.ts';
import type { Action } from './action.ts';
import { operationId } from './outbox.ts';

/**
 * The id of what an action sends. A rule sends a message to somebody once, whatever row that message has here by now; what a person
 * asks for is another thing each time.
 */
export const operationOf = (action: Action, target: Pick<MailHandle, 'providerMessageId'>): string => {
  const { accountId, ruleId, type, id: actionId } = action;
  const to = action.review.action.sends?.to ?? [];
  const rule = ruleId === null ? null : { ruleId, type, to, message: target.providerMessageId };
  return operationId({ accountId, rule, actionId });
};
