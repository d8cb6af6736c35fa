import { expect, test } from 'vitest';
import { patch } from '#mail/patch.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { HOODIECROW_USER, startHoodiecrow } from '#test/kit/hoodiecrow-server.ts';
import { addImapAccount, imapAccount, loopback, testImapProvider } from '#test/kit/imap-account.ts';
import { imapPeer } from '#test/kit/imap-peer.ts';
import { letter } from '#test/kit/imap-world.ts';

test('a folder for archived mail is made when mail is archived, not when it is only marked', async () => {
  const server = await startHoodiecrow({ archive: false });
  await using database = await testDatabase();
  await addImapAccount(database.db, 'a1');
  const { user, password } = HOODIECROW_USER;
  const settings = loopback({ port: server.port, user });
  const provider = testImapProvider(database.db);
  const mailbox = provider.open(imapAccount({ id: 'a1', settings, password }));
  const peer = await imapPeer({ port: server.port, user, password });
  await peer.append('INBOX', letter(1));
  const [id = ''] = (await mailbox.list(null, 1)).ids;
  const folders = async () => (await peer.client.list()).map((f) => f.path);
  expect((await mailbox.modify(id, patch({ addFlags: ['seen'] })))?.flags).toEqual(['seen']);
  expect(await folders()).not.toContain('Archive');
  const inbox = (await mailbox.labels()).find((l) => l.role === 'inbox')?.id ?? '';
  await mailbox.modify(id, patch({ removeLabels: [inbox] }));
  expect(await peer.look('Archive')).toHaveLength(1);
  peer.close();
  await provider.close();
  await server.stop();
});
