import { AUTO_REPLIES_PER_DOMAIN, AUTO_REPLY_AGAIN_MS, SEND_WINDOW_MS } from '#config/limits-sending.ts';
import type { Sql, Tx } from '#db/db.ts';
import { AppError } from '#std/errors.ts';
import { toInstant, toMs } from '#std/time.ts';
import type { Action } from './action.ts';
import { claimAutoReply, countAutoReplies, lastAutoReply } from './auto-reply-store.ts';
import { declined } from './declined.ts';
import { countSends } from './outbox-store.ts';
import type { ActionPorts } from './ports.ts';

export interface SendClaim {
  action: Action;
  automatic: boolean;
  /** Of an automatic answer. */
  recipient: string | undefined;
}

/** Until the oldest mail of the window leaves it. */
const enough = (ports: ActionPorts, oldest: string | null): AppError => {
  const retryAfterMs =
    (oldest === null ? ports.clock.ms() : toMs(oldest)) + SEND_WINDOW_MS - ports.clock.ms();
  return new AppError(
    'limit',
    'actions.send-limit',
    'The account has sent as many mails as it may in a day',
    {
      help: 'It goes on by itself; or raise sending.per_day and sending.automatic_per_day.',
      retryAfterMs: Math.max(60_000, retryAfterMs),
    },
  );
};

/** An automatic answer of a rule of an account to an address. */
interface Answer {
  accountId: string;
  ruleId: string;
  recipient: string;
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

/** Why no further automatic answer may be given for now, by those that were given before; null when it may. */
export const whyAnsweredEnough = async (
  ports: Pick<ActionPorts, 'clock' | 'sending'>,
  sql: Sql,
  { accountId, ruleId, recipient }: Answer,
): Promise<string | null> => {
  const address = recipient.toLowerCase();
  const since = toInstant(ports.clock.ms() - SEND_WINDOW_MS);
  const given = await countAutoReplies(sql, { accountId, domain: domainOf(address), since });
  if (given.all >= ports.sending.automaticPerDay)
    return 'It was not answered. The account has given as many automatic answers as it may in a day.';
  if (given.toDomain >= AUTO_REPLIES_PER_DOMAIN)
    return 'It was not answered. Its domain has been given as many automatic answers as it may in a day.';
  const last = await lastAutoReply(sql, { accountId, address, ruleId });
  return last !== null && toMs(last) > ports.clock.ms() - AUTO_REPLY_AGAIN_MS ? ANSWERED : null;
};

const ANSWERED = 'It was not answered. This rule has answered its sender within the last seven days.';

const claimAnswer = async (ports: ActionPorts, tx: Tx, action: Action, recipient: string): Promise<void> => {
  const { accountId, userId, id: actionId } = action;
  const ruleId = action.ruleId ?? '';
  const enoughGiven = await whyAnsweredEnough(ports, tx, { accountId, ruleId, recipient });
  if (enoughGiven !== null) throw declined(enoughGiven);
  const address = recipient.toLowerCase();
  const again = toInstant(ports.clock.ms() - AUTO_REPLY_AGAIN_MS);
  const claim = { accountId, address, ruleId, domain: domainOf(address), userId, actionId };
  if (!(await claimAutoReply(tx, { ...claim, now: ports.clock.now() }, again))) throw declined(ANSWERED);
};

/**
 * Takes one mail out of what the account may send in a day, in the transaction that stores the mail. Throws a limit when
 * there is none left, and `actions.declined` for an answer that must not be given.
 */
export const claimSend = async (ports: ActionPorts, tx: Tx, claim: SendClaim): Promise<void> => {
  const since = toInstant(ports.clock.ms() - SEND_WINDOW_MS);
  const sent = await countSends(tx, { accountId: claim.action.accountId, since });
  if (claim.recipient !== undefined) await claimAnswer(ports, tx, claim.action, claim.recipient);
  const { perDay, automaticPerDay } = ports.sending;
  if (sent.all >= perDay || (claim.automatic && sent.automatic >= automaticPerDay))
    throw enough(ports, sent.oldest);
};
