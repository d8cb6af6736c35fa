import { expect, test } from 'vitest';
import { invert, type MailPatch, patch } from '#mail/patch.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { HOODIECROW_USER, startHoodiecrow } from '#test/kit/hoodiecrow-server.ts';
import { addImapAccount, imapAccount, loopback, testImapProvider } from '#test/kit/imap-account.ts';
import { imapPeer } from '#test/kit/imap-peer.ts';
import { letter } from '#test/kit/imap-world.ts';

/** A mailbox at a server with Gmail's extension, and one mail in the inbox. */
const open = async () => {
  const server = await startHoodiecrow({ gmail: true });
  const database = await testDatabase();
  await addImapAccount(database.db, 'a1');
  const provider = testImapProvider(database.db);
  const settings = loopback({ port: server.port, user: HOODIECROW_USER.user });
  const mailbox = provider.open(imapAccount({ id: 'a1', settings, password: HOODIECROW_USER.password }));
  const peer = await imapPeer({ port: server.port, ...HOODIECROW_USER });
  const label = async (what: string): Promise<string> =>
    (await mailbox.labels()).find((l) => l.role === what || l.name === what)?.id ?? '';
  /** Where the server has it, and under which of its labels. */
  const atServer = async (): Promise<Record<string, string[]>> => {
    const found: Record<string, string[]> = {};
    for (const path of ['All Mail', 'Trash']) {
      await peer.client.mailboxOpen(path);
      for (const m of await peer.client.fetchAll('1:*', { labels: true }, { uid: true }))
        found[path] = [...(m.labels ?? [])].filter((l) => !/^\\+(?:All|Trash)$/.test(l)).sort();
    }
    return found;
  };
  const uid = await peer.append('All Mail', letter(1));
  await peer.client.mailboxOpen('All Mail');
  await peer.client.messageFlagsAdd(String(uid), ['\\Inbox', 'Work'], { uid: true, useLabels: true });
  const id = (await mailbox.list(null, 1)).ids[0] ?? '';
  const change = async (wanted: MailPatch): Promise<MailPatch> => {
    const state = await mailbox.state(id);
    if (!state) throw new Error('The message is gone');
    const done = await mailbox.expand(wanted, state);
    await mailbox.modify(id, done);
    return done;
  };
  return {
    mailbox,
    peer,
    id,
    label,
    atServer,
    change,
    [Symbol.asyncDispose]: async () => {
      peer.close();
      await provider.close();
      await server.stop();
      await database[Symbol.asyncDispose]();
    },
  };
};

test("Gmail's labels are a message's labels, and the folder of all mail is none", async () => {
  await using f = await open();
  const state = await f.mailbox.state(f.id);
  expect(state?.labels.toSorted()).toEqual([await f.label('inbox'), await f.label('Work')].sort());
  expect((await f.mailbox.labels()).map((l) => l.name)).not.toContain('All Mail');
});

test('to archive is to take the inbox away, and the inverse puts it back', async () => {
  await using f = await open();
  const before = await f.mailbox.state(f.id);
  const done = await f.change(patch({ removeLabels: [await f.label('inbox')] }));
  expect(await f.atServer()).toEqual({ 'All Mail': ['Work'] });
  const now = await f.mailbox.state(f.id);
  if (!before || !now) throw new Error('The message is gone');
  await f.change(invert(done, before, now));
  expect(await f.atServer()).toEqual({ 'All Mail': ['Work', '\\Inbox'] });
});

test('what goes into the trash comes back with all its labels, as the same message', async () => {
  await using f = await open();
  const before = await f.mailbox.state(f.id);
  const done = await f.change(patch({ addLabels: [await f.label('trash')] }));
  expect(Object.keys(await f.atServer())).toEqual(['Trash']);
  expect((await f.mailbox.state(f.id))?.labels).toEqual([await f.label('trash')]);
  const now = await f.mailbox.state(f.id);
  if (!before || !now) throw new Error('The message is gone');
  await f.change(invert(done, before, now));
  expect(await f.atServer()).toEqual({ 'All Mail': ['Work', '\\Inbox'] });
  expect((await f.mailbox.state(f.id))?.labels.toSorted()).toEqual(before.labels.toSorted());
});

test('a new label is a folder there', async () => {
  await using f = await open();
  const made = await f.mailbox.ensureLabel('Überweisung');
  await f.change(patch({ addLabels: [made.id] }));
  expect((await f.mailbox.state(f.id))?.labels).toContain(made.id);
  expect((await f.atServer())['All Mail']).toContain('&ANw-berweisung');
});
