import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { statusOf } from '#ingest/status.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import { readRulesFile } from '#rules/file.ts';
import { createRules } from '#rules/store.ts';
import { testApp } from '#test/kit/test-app.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/mail/', import.meta.url));
const RULES = fileURLToPath(new URL('../../demo/rules.toml', import.meta.url));

/** Every file but the notes about where they come from. */
const filesUnder = (folder: string): string[] =>
  readdirSync(folder)
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesUnder(path) : [path];
    })
    .filter((path) => !/(SOURCE\.md|LICENSE|README(\.md)?|\.gitattributes|\.json|\.xml)$/.test(path))
    .sort();

test.each(['mime', 'bounces', 'labelled-spamassassin'])(
  'every message of %s, however malformed, is stored and accounted for',
  async (set) => {
    await using t = await testApp();
    const { rules } = readRulesFile(readFileSync(RULES, 'utf8'));
    const { app } = t;
    const now = app.clock.now();
    await app.db.write((tx) =>
      createRules(tx, { userId: app.owner.id, rules: rules.map((r) => r.input), newId: app.newId, now }),
    );
    const raws = filesUnder(join(FIXTURES, set)).map((path) => new Uint8Array(readFileSync(path)));
    expect(raws.length).toBeGreaterThan(30);
    await app.db.write(async (tx) => {
      const mails = raws.map((raw) => ({ raw, date: now, labels: ['Inbox'], flags: [] }));
      await deliver(tx, { accountId: t.accountId, mails });
      await app.queue.enqueue(syncJob, { accountId: t.accountId }, { tx, userId: app.owner.id });
    });
    await t.drain();
    const status = await statusOf(app, app.owner.id);
    expect(status.ledger).toEqual({
      received: raws.length,
      decided: raws.length,
      waiting: 0,
      unexplained: 0,
    });
    expect(status.messages).toBe(raws.length);
    expect(Object.keys(status.jobs).filter((state) => !['completed', 'queued'].includes(state))).toEqual([]);
  },
  60_000,
);
