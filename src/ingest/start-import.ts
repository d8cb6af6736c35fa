import { basename } from 'node:path';
import type { Account } from '#accounts/account.ts';
import { createAccount, findAccountByEmail } from '#accounts/store.ts';
import { recordActivity } from '#activity/store.ts';
import { openArchive } from '#mail/archive/archive.ts';
import { importJob } from './import.job.ts';
import type { IngestPorts } from './ports.ts';

export interface ImportRequest {
  userId: string;
  /** Of an mbox file, a Maildir, or .eml files. Absolute. */
  path: string;
  /** Of the local account that takes it in; the file's name when left out. Made when there is none. */
  name?: string | undefined;
  /** Who asked, for the audit log. */
  by: { actor: string; channel: string };
}

/**
 * Begins to take an archive into a local account. Throws an input error when there is no archive at the path.
 */
export const startImport = async (
  ports: IngestPorts,
  r: ImportRequest,
): Promise<{ account: Account; jobId: string }> => {
  await openArchive(r.path);
  const email = r.name ?? basename(r.path);
  const key = { userId: r.userId, provider: 'local', email };
  const found = await findAccountByEmail(ports.db, key);
  const account = found ?? (await createAccount(ports, { ...key, displayName: email }));
  const jobId = await ports.db.write(async (tx) => {
    const payload = { accountId: account.id, path: r.path, newestNow: false };
    const { id } = await ports.queue.enqueue(importJob, payload, { tx, userId: r.userId });
    await recordActivity(ports, tx, {
      userId: r.userId,
      ...r.by,
      action: 'account.import',
      subjectType: 'account',
      subjectId: account.id,
      details: { job: id },
    });
    return id;
  });
  return { account, jobId };
};
