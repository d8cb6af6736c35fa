import type { MailState } from '#mail/message.ts';
import type { MailPatch } from '#mail/patch.ts';
import { AppError, isAppError } from '#std/errors.ts';
import { minimal } from './answers.ts';
import { isUnchanged } from './changes.ts';
import { isMessageId } from './ids.ts';
import type { Labels } from './labels.ts';
import type { Method } from './prices.ts';
import { briefly, unlessGone } from './reading.ts';
import type { Rest } from './rest.ts';
import type { SeenStates } from './seen-states.ts';
import { isOurs, labelChange, stateOf } from './state.ts';

export interface ModifyPorts {
  rest: Rest;
  labels: Labels;
  seen: SeenStates;
}

/** The labels that the message has now; null when it is gone. */
export const stateNow = async (
  { rest, seen }: Pick<ModifyPorts, 'rest' | 'seen'>,
  id: string,
): Promise<MailState | null> => {
  if (!isMessageId(id)) return null;
  const before = seen.of(id);
  if (before && (await isUnchanged(rest, id, before.historyId))) return before.state;
  const answer = await briefly(rest, id);
  return answer && seen.note(answer);
};

type Change = ReturnType<typeof labelChange>;

/** Sets and removes; the same twice gives the same state. null when the message is gone. */
export const modify = async (ports: ModifyPorts, id: string, patch: MailPatch): Promise<MailState | null> => {
  const { rest, labels, seen } = ports;
  const change = labelChange(patch);
  await labels.check(patch.addLabels);
  if (!isMessageId(id)) return null;
  if (change.addLabelIds.length + change.removeLabelIds.length === 0) return stateNow(ports, id);
  // Our own change would be found in the history, and the message asked for all the same.
  seen.forget(id);
  try {
    return await unlessGone(relabel(rest, id, change));
  } catch (e) {
    if (!isAppError(e, 'mail.bad-request') && !isAppError(e, 'mail.failed-precondition')) throw e;
    // A label may have been deleted since it was last looked at. Then it can't be set, and is on no message.
    const there = new Set((await labels.list()).map((label) => label.id));
    await labels.check(patch.addLabels);
    const removeLabels = patch.removeLabels.filter((label) => there.has(label) || !isOurs(label));
    if (removeLabels.length < patch.removeLabels.length) return modify(ports, id, { ...patch, removeLabels });
    if (!touchesTrash(change)) throw e;
    return unlessGone(byTrash(rest, id, change));
  }
};

const post = async (
  rest: Rest,
  o: { id: string; method: Method; verb: string; body?: Change },
): Promise<MailState> => {
  const answer = await rest.ask(
    { method: o.method, verb: 'POST', path: `/messages/${o.id}/${o.verb}`, body: o.body },
    minimal,
  );
  return stateOf(answer.labelIds);
};

const relabel = (rest: Rest, id: string, change: Change): Promise<MailState> =>
  post(rest, { id, method: 'messages.modify', verb: 'modify', body: change });

const TRASH = 'TRASH';
const touchesTrash = ({ addLabelIds, removeLabelIds }: Change): boolean =>
  addLabelIds.includes(TRASH) || removeLabelIds.includes(TRASH);

/** The trash by its own methods, and the rest as labels. */
const byTrash = async (rest: Rest, id: string, change: Change): Promise<MailState> => {
  const into = change.addLabelIds.includes(TRASH);
  const moved = await post(
    rest,
    into
      ? { id, method: 'messages.trash', verb: 'trash' }
      : { id, method: 'messages.untrash', verb: 'untrash' },
  );
  const others: Change = {
    addLabelIds: change.addLabelIds.filter((label) => label !== TRASH),
    removeLabelIds: change.removeLabelIds.filter((label) => label !== TRASH),
  };
  return others.addLabelIds.length + others.removeLabelIds.length === 0 ? moved : relabel(rest, id, others);
};

/** For ever; what is gone is no error. */
export const deleteMail = async (rest: Rest, id: string, may: boolean): Promise<void> => {
  if (!may) {
    throw new AppError('denied', 'mail.no-permanent-delete', 'This sign-in may not delete mail for ever', {
      help: 'Put it into the trash; Gmail empties that after 30 days. Or set gmail.access to full and sign in again.',
    });
  }
  if (!isMessageId(id)) return;
  await unlessGone(rest.tell({ method: 'messages.delete', verb: 'DELETE', path: `/messages/${id}` }));
};
