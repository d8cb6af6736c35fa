import { api } from '#lib/api/client.ts';
import type { Id } from '#lib/api/types.ts';
import { plural } from '#lib/format.ts';
import { live } from '#lib/live.svelte.ts';
import { toasts } from '#lib/toasts.svelte.ts';

/** How many requests go out at once when one command concerns many messages. */
const AT_ONCE = 4;

/** What a person can tell Ashford to do with a message, and how the app then says so. */
export interface Command {
  type: string;
  parameters?: Record<string, unknown>;
  /** The person knows that it can't be taken back. */
  confirmed?: boolean;
  /** In the past, for the toast: "Archived". */
  done: string;
}

let last: { actionIds: Id[]; done: string } | null = null;

const eachAtMost = async <T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> => {
  const results: PromiseSettledResult<R>[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    results.push(...(await Promise.allSettled(items.slice(i, i + AT_ONCE).map(work))));
  }
  return results;
};

const tellFailures = (what: string, results: PromiseSettledResult<unknown>[]): void => {
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed[0])
    toasts.fail(failed.length === 1 ? what : `${what} (${failed.length} times)`, failed[0].reason);
};

/**
 * Carries out a command on messages and offers to undo it. Resolves to true when at least one action was made; failures
 * are told in a toast.
 */
export const act = async (messageIds: readonly Id[], command: Command): Promise<boolean> => {
  const results = await eachAtMost(messageIds, (id) => api.act(id, command));
  const actionIds = results.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value.actionId] : [],
  );
  tellFailures('That didn’t work.', results);
  if (actionIds.length > 0) {
    last = { actionIds, done: command.done };
    const text =
      actionIds.length === 1 ? command.done : `${command.done} (${plural(actionIds.length, 'message')})`;
    toasts.show(text, { action: { label: 'Undo', run: () => void undo(actionIds) } });
  }
  live.changed(['messages', 'actions', 'approvals']);
  return actionIds.length > 0;
};

/** Undoes actions one by one and says how it went. */
export const undo = async (actionIds: readonly Id[]): Promise<void> => {
  if (last && actionIds.some((id) => last?.actionIds.includes(id))) last = null;
  const results = await eachAtMost(actionIds, (id) => api.undo(id));
  const done = results.filter((result) => result.status === 'fulfilled').length;
  tellFailures('This can’t be undone.', results);
  if (done > 0) toasts.show(done === 1 ? 'Undone' : `Undone (${plural(done, 'action')})`);
  live.changed(['messages', 'actions']);
};

/** Undoes the last command given in this window. */
export const undoLast = async (): Promise<void> => {
  if (last) await undo(last.actionIds);
  else toasts.show('Nothing to undo here.', { detail: 'The Actions page undoes anything older.' });
};
