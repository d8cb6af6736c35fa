import type { Account } from '#accounts/account.ts';
import { findAnyAccount } from '#accounts/store.ts';
import type { Db, Sql } from '#db/db.ts';
import type { StoredMail } from '#mail/message-store.ts';
import type { Clock } from '#std/clock.ts';
import type { Instant } from '#std/time.ts';
import { whyUnanswered } from './answer-rules.ts';
import { epochOf } from './epoch-store.ts';
import { actionKind } from './kinds/catalog.ts';
import type { SendingSettings } from './ports.ts';
import { sendsOf } from './recipients.ts';
import { whyAnsweredEnough } from './send-limits.ts';

/**
 * Why a rule sends nothing about a message of that time; null when it may. What came before the account was connected, or
 * before a backup of it was restored, may have been dealt with already: nobody here can know (P9).
 */
export const whyTooOld = async (
  sql: Sql,
  account: Pick<Account, 'id' | 'createdAt'>,
  receivedAt: Instant,
): Promise<string | null> => {
  // Some mailboxes tell the time of a message in whole seconds.
  if (receivedAt < account.createdAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length))
    return 'It came before the account was connected, and rules send nothing about older mail.';
  const epoch = await epochOf(sql, account.id);
  return epoch && receivedAt < epoch.restoredAt
    ? 'It came before this installation was restored from a backup, so it may have been sent already.'
    : null;
};

/**
 * Why what a rule would send will be refused when it is carried out, as far as its headers and what was sent before tell;
 * null when a person may be asked about it. Carrying it out judges all of it again.
 */
export const foreseenRefusal = async (
  ports: { db: Db; clock: Clock; sending: SendingSettings },
  message: StoredMail,
  by: { ruleId: string; type: string; parameters: Record<string, unknown> },
): Promise<string | null> => {
  const sends = actionKind(by.type).sends?.(by.parameters);
  const account = sends && (await findAnyAccount(ports.db, message.accountId));
  if (!account) return null;
  const { receivedAt } = message;
  const tooOld = await whyTooOld(ports.db, account, receivedAt);
  if (!sends.automatic) return tooOld;
  const mail = message.mail.reveal();
  const recipient = sendsOf(by, mail)?.to[0] ?? null;
  // A person who is asked may vouch for the sender; where it lies is looked up when it is carried out.
  const asked = { account, mail, recipient, receivedAt, authenticated: true, discarded: false };
  const refusal = (await whyUnanswered(ports, ports.db, asked)) ?? tooOld;
  if (refusal !== null || recipient === null) return refusal;
  return whyAnsweredEnough(ports, ports.db, { accountId: account.id, ruleId: by.ruleId, recipient });
};
