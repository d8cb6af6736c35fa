import { expect, test } from 'vitest';
import { imapWorld, letter } from '#test/kit/imap-world.ts';
import { onDovecot } from '#test/kit/on-dovecot.ts';

onDovecot('on Dovecot', (server) => {
  test('a copy in another folder is told from mail that came, and a second mail of the same in the inbox is none', async () => {
    await using world = await imapWorld(server());
    const { mailbox, peer } = world;
    const uid = await peer.append('INBOX', letter(1));
    const start = await mailbox.cursor();
    const [original = ''] = await mailbox.findByMessageId('m1@x.example');
    await peer.copy('INBOX', uid, 'Archive');
    await peer.append('INBOX', letter(1));
    await peer.append('Archive', letter(2));
    const page = await mailbox.changes(start, 10);
    if ('expired' in page) throw new Error('The cursor is expired');
    const mails = await mailbox.fetch([original, ...page.changes.map(({ id }) => id)]);
    const labels = await mailbox.labels();
    const archive = labels.find(({ role }) => role === 'archive')?.id ?? '';
    const told = mails.map(({ id, state, isCopy, content }) => ({
      mail: /Subject: (.*)\r/.exec('raw' in content ? Buffer.from(content.raw).toString() : '')?.[1],
      original: id === original,
      archived: state.labels.includes(archive),
      isCopy: isCopy === true,
    }));
    expect(told).toHaveLength(4);
    expect(told).toEqual(
      expect.arrayContaining([
        { mail: 'mail 1', original: true, archived: false, isCopy: false },
        { mail: 'mail 1', original: false, archived: true, isCopy: true },
        { mail: 'mail 1', original: false, archived: false, isCopy: false },
        { mail: 'mail 2', original: false, archived: true, isCopy: false },
      ]),
    );
  });
});
