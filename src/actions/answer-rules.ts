import { listAccounts } from '#accounts/store.ts';
import { whyNoAutoReply } from '#policy/auto-reply.ts';
import { declined } from './declined.ts';
import type { Carrying } from './effects/define.ts';
import type { Written } from './letter.ts';

/** Throws `actions.declined` where nobody may be answered automatically. */
export const refuseAutoReply = async (c: Carrying, { mail, recipients }: Written): Promise<void> => {
  const { ports, action, account, target } = c;
  const own = (await listAccounts(ports.db)).map(({ email }) => email);
  const labels = await c.mailbox.labels();
  const hidden = new Set(
    labels.filter(({ role }) => role === 'spam' || role === 'trash').map(({ id }) => id),
  );
  const [reason] = whyNoAutoReply({
    mail,
    recipient: recipients[0] ?? null,
    own,
    account: [account.email],
    receivedAt: target.receivedAt,
    now: ports.clock.now(),
    // A person who was asked has looked at who sent it.
    authenticated: action.review.authenticated === true || action.approvedHash !== null,
    discarded: c.before.labels.some((label) => hidden.has(label)),
  });
  if (reason !== undefined) throw declined(`It was not answered. ${reason}`);
};
