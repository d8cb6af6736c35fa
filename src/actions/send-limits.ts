import { AUTO_REPLIES_PER_DOMAIN, AUTO_REPLY_AGAIN_MS, SEND_WINDOW_MS } from '#config/limits-sending.ts';
import type { Tx } from '#db/db.ts';
import { AppError } from '#std/errors.ts';
import { toInstant, toMs } from '#std/time.ts';
import type { Action } from './action.ts';
import { claimAutoReply, countAutoReplies } from './auto-reply-store.ts';
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

const claimAnswer = async (
  ports: ActionPorts,
  tx: Tx,
  { action, recipient = '' }: SendClaim,
): Promise<void> => {
  const { accountId, userId, ruleId, id: actionId } = action;
  const address = recipient.toLowerCase();
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const since = toInstant(ports.clock.ms() - SEND_WINDOW_MS);
  const given = await countAutoReplies(tx, { accountId, domain, since });
  if (given.all >= ports.sending.automaticPerDay) {
    throw declined(
      'It was not answered. The account has given as many automatic answers as it may in a day.',
    );
  }
  if (given.toDomain >= AUTO_REPLIES_PER_DOMAIN) {
    throw declined(
      'It was not answered. Its domain has been given as many automatic answers as it may in a day.',
    );
  }
  const again = toInstant(ports.clock.ms() - AUTO_REPLY_AGAIN_MS);
  const claim = {
    accountId,
    address,
    ruleId: ruleId ?? '',
    domain,
    userId,
    actionId,
    now: ports.clock.now(),
  };
  if (!(await claimAutoReply(tx, claim, again))) {
    throw declined('It was not answered. This rule has answered its sender within the last seven days.');
  }
};

/**
 * Takes one mail out of what the account may send in a day, in the transaction that stores the mail. Throws a limit when
 * there is none left, and `actions.declined` for an answer that must not be given.
 */
export const claimSend = async (ports: ActionPorts, tx: Tx, claim: SendClaim): Promise<void> => {
  const since = toInstant(ports.clock.ms() - SEND_WINDOW_MS);
  const sent = await countSends(tx, { accountId: claim.action.accountId, since });
  if (claim.recipient !== undefined) await claimAnswer(ports, tx, claim);
  const { perDay, automaticPerDay } = ports.sending;
  if (sent.all >= perDay || (claim.automatic && sent.automatic >= automaticPerDay))
    throw enough(ports, sent.oldest);
};
