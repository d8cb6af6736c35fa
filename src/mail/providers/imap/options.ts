import type { Config } from '#config/config.ts';

/** What the person chose for all IMAP accounts. */
export interface ImapOptions {
  /** Folder of archived mail, where the server names none. */
  archiveFolder: string;
  snoozeFolder: string;
  /** Whether to be told by IDLE. */
  idle: boolean;
  pollMs: number;
  /** Days of older mail that a new account brings in. */
  backfillDays?: number;
  /** Certificates to trust beside the system's, as a PEM file. */
  caFile: string | null;
}

export const imapOptions = ({ imap }: Config): ImapOptions => ({
  archiveFolder: imap.archive_folder,
  snoozeFolder: imap.snooze_folder,
  idle: imap.idle,
  pollMs: imap.poll_interval,
  backfillDays: imap.backfill_days,
  caFile: imap.ca_file ?? null,
});
