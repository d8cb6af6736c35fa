import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Outgoing } from '#mail/port.ts';
import { systemClock } from '#std/clock.ts';
import { toInstant } from '#std/time.ts';
import { imapWorld, letter } from '#test/kit/imap-world.ts';
import { onDovecot } from '#test/kit/on-dovecot.ts';
import { type SmtpSink, startSmtpSink } from '#test/kit/smtp-sink.ts';

const outgoing = (head: readonly string[]): Outgoing => ({
  opId: '0'.repeat(32),
  messageId: 'answer@x.example',
  raw: Buffer.from([...head, 'Subject: Re', 'Message-ID: <answer@x.example>', '', 'Yes.', ''].join('\r\n')),
  from: 'bob@y.example',
  recipients: ['ann@x.example'],
  threadKey: null,
  stagedId: null,
  since: systemClock.now(),
});

onDovecot('A mail that was sent', (server) => {
  let smtp: SmtpSink;
  beforeAll(async () => {
    smtp = await startSmtpSink();
  });
  afterAll(() => smtp.stop());

  test.each([
    ['what a person answered is marked as answered', [], ['\\Answered']],
    ['what a program answered is not', ['Auto-Submitted: auto-replied'], []],
  ])('%s', async (_, head, flags) => {
    await using world = await imapWorld(server(), { smtpPort: smtp.port });
    const { peer, mailbox } = world;
    await peer.append('INBOX', letter(1));
    await peer.append('INBOX', letter(2));
    await mailbox.cursor();
    await mailbox.send(outgoing(['In-Reply-To: <m1@x.example>', ...head]));
    expect((await peer.look('INBOX')).map((m) => m.flags)).toEqual([flags, []]);
    expect(await peer.look('Sent')).toHaveLength(1);
  });

  test('is out though nothing could be marked', async () => {
    await using world = await imapWorld(server(), { smtpPort: smtp.port });
    const { peer, mailbox } = world;
    const uid = await peer.append('INBOX', letter(1));
    await mailbox.cursor();
    await peer.expunge('INBOX', uid);
    expect(await mailbox.send(outgoing(['In-Reply-To: <m1@x.example>']))).not.toBeNull();
  });

  test('is found again where the clock of the server is behind ours', async () => {
    await using world = await imapWorld(server(), { smtpPort: smtp.port });
    const mail = outgoing([]);
    const hourAgo = new Date(systemClock.ms() - 3_600_000);
    await world.peer.client.append('Sent', Buffer.from(mail.raw), ['\\Seen'], hourAgo);
    expect(await world.mailbox.traceSend(mail)).toMatchObject({ kind: 'sent' });
    expect(await world.mailbox.traceSend({ ...mail, messageId: 'other@x.example' })).toEqual({
      kind: 'unknown',
    });
    expect(toInstant(hourAgo.getTime()) < mail.since).toBe(true);
  });
});
