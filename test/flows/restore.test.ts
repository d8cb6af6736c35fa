import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { uncertainMails } from '#actions/outbox-store.ts';
import { requestAction } from '#actions/request.ts';
import { backupDatabase } from '#db/backup.ts';
import { openDatabase } from '#db/open.ts';
import { restoreDatabase } from '#db/restore.ts';
import { settleBackup } from '#ingest/restored.ts';
import { readHeaders } from '#mail/headers.ts';
import type { Mailbox } from '#mail/port.ts';
import { createQueue } from '#queue/queue.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { type TestApp, type TestMail, testApp } from '#test/kit/test-app.ts';

const AUTH = 'mx.marlow.example';
const MINUTE = 60_000;

const letter = (subject: string): TestMail => ({
  raw: [
    `Authentication-Results: ${AUTH}; dmarc=pass`,
    `From: Ada <ada@${subject.toLowerCase()}.example>`,
    'To: robin@marlow.example',
    `Subject: ${subject}`,
    `Message-ID: <${subject}@x.example>`,
    '',
    'Are you there?',
    '',
  ].join('\r\n'),
});

/** A mail server that no restore takes anything from. */
const outside = () => {
  const took: string[] = [];
  const drafts: string[] = [];
  const between = (mailbox: Mailbox): Mailbox => ({
    ...mailbox,
    createDraft: async (raw, threadKey) => {
      drafts.push(readHeaders(raw).headers.find(([name]) => name === 'message-id')?.[1] ?? '');
      return mailbox.createDraft(raw, threadKey);
    },
    findByMessageId: async (id) => (drafts.includes(`<${id}>`) ? ['the-draft'] : []),
    send: async ({ recipients }) => {
      took.push(...recipients);
      return null;
    },
    traceSend: async () => ({ kind: 'unknown' }),
  });
  return { took, drafts, between };
};

const setUp = async (t: TestApp) => {
  await t.app.db.write((tx) =>
    tx.run('update accounts set config_json = $1', [JSON.stringify({ trustedAuthServer: AUTH })]),
  );
  await t.addRule({
    name: 'Away',
    conditions: { type: 'body_contains', value: 'there' },
    actions: [{ type: 'auto_reply', parameters: { text: 'I am away.' } }],
    safeMode: 'dangerous_override',
  });
};

const reply = (t: TestApp, subject: string, confirmed: boolean) => act(t, subject, 'reply', confirmed);

const act = async (t: TestApp, subject: string, type: string, confirmed: boolean) => {
  const [message] = await t.app.db.all<{ id: string }>('select id from messages where subject = $1', [
    subject,
  ]);
  const by = { actor: 'owner', channel: 'test' };
  const request = { userId: t.app.owner.id, messageId: message?.id ?? '', type, by, confirmed };
  await requestAction(t.app, { ...request, parameters: { text: `To ${subject}` } });
};

test('what was sent after a backup is not sent again when the backup is restored', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-restore-'));
  const database = join(dir, 'ashford.db');
  const backup = join(dir, 'copy.db');
  const clock = new ManualClock(Date.parse('2026-01-15T09:00:00.000Z'));
  const { took, drafts, between } = outside();
  const later = async (t: TestApp, ms = MINUTE) => {
    await t.drain();
    clock.advance(ms);
    await t.drain();
  };
  try {
    {
      await using t = await testApp({ clock, database, mailbox: between });
      await setUp(t);
      await t.deliver(letter('Before'), { subject: 'Plain' });
      await later(t);
      expect(took).toEqual(['ada@before.example']);
      await reply(t, 'Plain', true);
      await reply(t, 'Before', true);
      await reply(t, 'Plain', false).catch(() => {});
      await t.drain();
      await t.deliver({ subject: 'Asks' });
      await t.drain();
      await reply(t, 'Asks', false);
      await act(t, 'Asks', 'create_draft', true);
      await backupDatabase(t.app.db, backup);
      await later(t);
      await t.deliver(letter('After'));
      await later(t);
      expect(took.sort()).toEqual([
        'ada@after.example',
        'ada@before.example',
        'ada@before.example',
        'ada@example.com',
      ]);
    }
    const settled = await restoreDatabase({
      backup,
      database,
      aside: join(dir, 'old.db'),
      open: (file) => openDatabase({ url: file, clock, random: systemRandom }),
      settle: (db) =>
        settleBackup({ db, clock, queue: createQueue({ db, clock, newId: idMaker(clock, systemRandom) }) }),
    });
    expect(settled).toMatchObject({ asked: 2, expired: 1 });
    const before = took.length;
    await using t = await testApp({ clock, database, mailbox: between, account: false });
    // The provider still has what came after the backup.
    await t.deliver({ ...letter('After'), ageMs: 2 * MINUTE });
    for (let i = 0; i < 5; i++) await later(t, 30 * MINUTE);
    expect(took.length).toBe(before);
    expect(drafts).toHaveLength(1);
    expect(await uncertainMails(t.app.db, t.app.owner.id, 10)).toHaveLength(2);
    const rows = await t.app.db.all<{ status: string; why: string }>(
      "select a.status, a.error_message as why from actions a join messages m on m.id = a.message_id where m.subject = 'After'",
    );
    expect(rows).toEqual([{ status: 'canceled', why: expect.stringContaining('restored from a backup') }]);
    await t.deliver(letter('Later'));
    await later(t);
    expect(took.slice(before)).toEqual(['ada@later.example']);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a file that is damaged, or no backup, changes nothing', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-restore-'));
  const { writeFileSync, existsSync, readdirSync } = await import('node:fs');
  const clock = new ManualClock(Date.parse('2026-01-15T09:00:00.000Z'));
  try {
    for (const bytes of ['not a database at all', '']) {
      writeFileSync(join(dir, 'bad.db'), bytes);
      const restored = restoreDatabase({
        backup: join(dir, 'bad.db'),
        database: join(dir, 'ashford.db'),
        aside: join(dir, 'old.db'),
        open: (file) => openDatabase({ url: file, clock, random: systemRandom }),
        settle: async () => expect.unreachable(),
      });
      await expect(restored).rejects.toThrow();
      expect(existsSync(join(dir, 'ashford.db'))).toBe(false);
      expect(readdirSync(dir)).toEqual(['bad.db']);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
