import type { Tx } from '#db/db.ts';
import type { MailProvider } from '#mail/port.ts';
import type { IngestPorts } from './ports.ts';

/** What removing an account needs of the program. */
export interface RemovalPorts extends IngestPorts {
  providers: readonly MailProvider[];
  /** Gives the consent back to who gave it, where there is one, and stops notifications. Throws what went wrong. */
  signOut(accountId: string): Promise<void>;
  /** Takes what other rooms keep of messages that are about to be deleted. */
  forgetMail(tx: Tx, messageIds: readonly string[]): Promise<void>;
  /**
   * Takes what they keep beside of messages of the user that are no longer there, a part at a time: from `after` on, which is
   * '' at first. Returns where to go on, or null at the end.
   */
  forgetGone(tx: Tx, o: { userId: string; after: string }): Promise<string | null>;
}
