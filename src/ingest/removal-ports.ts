import type { Tx } from '#db/db.ts';
import type { MailProvider } from '#mail/port.ts';
import type { IngestPorts } from './ports.ts';

/** What removing an account needs of the program. */
export interface RemovalPorts extends IngestPorts {
  providers: readonly MailProvider[];
  /** Gives the consent back to who gave it, where there is one, and stops notifications. Throws what went wrong. */
  signOut(accountId: string): Promise<void>;
  /** Takes what other rooms keep of messages that are about to be deleted; `null` means all of the user's mail is gone. */
  forgetMail(tx: Tx, o: { userId: string; messageIds: readonly string[] | null }): Promise<void>;
}
