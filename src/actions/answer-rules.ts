import type { Account } from '#accounts/account.ts';
import { listAccounts } from '#accounts/store.ts';
import type { Sql } from '#db/db.ts';
import { whyNoAutoReply } from '#policy/auto-reply.ts';
import type { Clock } from '#std/clock.ts';
import type { Instant } from '#std/time.ts';
import { declined } from './declined.ts';
import type { Carrying } from './effects/define.ts';
import type { Written } from './letter.ts';

/** A message that a rule would answer by itself. */
interface Asked {
  account: Account;
  mail: Written['mail'];
  recipient: string | null;
  receivedAt: Instant;
  authenticated: boolean;
  discarded: boolean;
}

/** The first reason why nobody may be answered automatically, as a sentence; null when they may. */
export const whyUnanswered = async (
  ports: { clock: Clock },
  sql: Sql,
  { account, ...asked }: Asked,
): Promise<string | null> => {
  const own = (await listAccounts(sql, account.userId)).map(({ email }) => email);
  const now = ports.clock.now();
  const [reason] = whyNoAutoReply({ ...asked, own, account: [account.email], now });
  return reason === undefined ? null : `It was not answered. ${reason}`;
};

/** Throws `actions.declined` where nobody may be answered automatically. */
export const refuseAutoReply = async (c: Carrying, { mail, recipients }: Written): Promise<void> => {
  const { ports, action, account, target } = c;
  const labels = await c.mailbox.labels();
  const hidden = new Set(
    labels.filter(({ role }) => role === 'spam' || role === 'trash').map(({ id }) => id),
  );
  const reason = await whyUnanswered(ports, ports.db, {
    account,
    mail,
    recipient: recipients[0] ?? null,
    receivedAt: target.receivedAt,
    // A person who was asked has looked at who sent it.
    authenticated: action.review.authenticated === true || action.approvedHash !== null,
    discarded: c.before.labels.some((label) => hidden.has(label)),
  });
  if (reason !== null) throw declined(reason);
};
