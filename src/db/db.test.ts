import { expect, test } from 'vitest';
import { AppError } from '#std/errors.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { isConstraint } from './errors.ts';

const now = '2026-01-15T09:00:00.000Z';
const insertUser =
  'insert into users (id, email, display_name, time_zone, locale, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)';
const user = (id: string, email = `${id}@mail.example`) => [id, email, 'A User', 'UTC', 'en', now];

onEveryDatabase('Db', (fresh, kind) => {
  test('a write is seen by the next read', async () => {
    await using t = await fresh();
    await t.db.write((tx) => tx.run(insertUser, user('u1')));
    expect(await t.db.all('select id, email from users')).toEqual([{ id: 'u1', email: 'u1@mail.example' }]);
  });

  test('a transaction that throws leaves nothing, and its neighbours in flight are kept', async () => {
    await using t = await fresh();
    const results = await Promise.allSettled([
      t.db.write((tx) => tx.run(insertUser, user('u1'))),
      t.db.write(async (tx) => {
        await tx.run(insertUser, user('u2'));
        throw new AppError('input', 'test.no', 'no');
      }),
      t.db.write((tx) => tx.run(insertUser, user('u3'))),
    ]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const rows = await t.db.all<{ id: string }>('select id from users order by id');
    expect(rows.map((r) => r.id)).toEqual(['u1', 'u3']);
  });

  test('a broken constraint is a conflict that says which kind', async () => {
    await using t = await fresh();
    await t.db.write((tx) => tx.run(insertUser, user('u1', 'same@mail.example')));
    const twice = t.db.write((tx) => tx.run(insertUser, user('u2', 'same@mail.example')));
    await expect(twice).rejects.toSatisfy((e) => isConstraint(e, 'unique'));
    const orphan = t.db.write((tx) =>
      tx.run("insert into senders (user_id, address, name, last_seen_at) values ('nobody', 'a', 'b', $1)", [
        now,
      ]),
    );
    await expect(orphan).rejects.toSatisfy((e) => isConstraint(e, 'foreign'));
  });

  test('hooks run after the commit and not after a rollback', async () => {
    await using t = await fresh();
    const heard: string[] = [];
    await t.db.write(async (tx) => {
      tx.afterCommit(() => heard.push('committed'));
      await tx.run(insertUser, user('u1'));
      expect(heard).toEqual([]);
    });
    await t.db
      .write(async (tx) => {
        tx.afterCommit(() => heard.push('never'));
        throw new Error('no');
      })
      .catch(() => {});
    expect(heard).toEqual(['committed']);
  });

  test('a transaction used after its end is refused', async () => {
    await using t = await fresh();
    const leaked = await t.db.write(async (tx) => tx);
    await expect((async () => leaked.run(insertUser, user('u1')))()).rejects.toThrow('after its end');
  });

  test('text with NUL, large integers, blobs and null come back as they were, or as near as the engine can', async () => {
    await using t = await fresh();
    await t.db.write(async (tx) => {
      await tx.run(insertUser, user('u1'));
      await tx.run(
        "insert into accounts (id, user_id, provider, email, display_name, status, created_at, updated_at) values ('a', 'u1', 'local', 'x', $1, 'active', $2, $2)",
        ['zero\0byte', now],
      );
      await tx.run(
        "insert into credentials (account_id, field, user_id, key_id, nonce, ciphertext, updated_at) values ('a', 'f', 'u1', 'k', $1, $2, $3)",
        [new Uint8Array([0, 255, 7]), new Uint8Array(), now],
      );
      await tx.run(
        "insert into local_mailboxes (account_id, next_modseq, oldest_modseq) values ('a', $1, 0)",
        [9_007_199_254_740_991],
      );
    });
    const [account] = await t.db.all<{ display_name: string; status_reason: null }>(
      'select display_name, status_reason from accounts',
    );
    expect(account?.status_reason).toBeNull();
    expect(['zero\0byte', 'zero\uFFFDbyte']).toContain(account?.display_name);
    const [secret] = await t.db.all<{ nonce: Uint8Array }>('select nonce from credentials');
    expect([...(secret?.nonce ?? [])]).toEqual([0, 255, 7]);
    const [box] = await t.db.all<{ next_modseq: number }>('select next_modseq from local_mailboxes');
    expect(box?.next_modseq).toBe(9_007_199_254_740_991);
  });

  test('the query builder reads outside and writes inside a transaction', async () => {
    await using t = await fresh();
    await t.db.write((tx) =>
      tx.query
        .insertInto('users')
        .values({
          id: 'u1',
          email: 'u1@mail.example',
          display_name: 'U',
          time_zone: 'UTC',
          locale: 'en',
          preferences_json: '{}',
          password_hash: null,
          created_at: now,
          updated_at: now,
        })
        .execute(),
    );
    const found = await t.db.query.selectFrom('users').select('email').executeTakeFirstOrThrow();
    expect(found.email).toBe('u1@mail.example');
  });

  test('an action may only move along the listed ways', async () => {
    await using t = await fresh();
    await t.db.write(async (tx) => {
      await tx.run(insertUser, user('u1'));
      await tx.run(
        "insert into accounts (id, user_id, provider, email, display_name, status, created_at, updated_at) values ('a', 'u1', 'local', 'x', 'x', 'active', $1, $1)",
        [now],
      );
      await tx.run(
        "insert into threads (id, user_id, account_id, subject, first_message_at, last_message_at, message_count) values ('t', 'u1', 'a', 's', $1, $1, 1)",
        [now],
      );
      await tx.run(
        `insert into messages (id, user_id, account_id, thread_id, provider_message_id, from_address, from_name, from_json,
           reply_to_json, to_json, cc_json, bcc_json, subject, snippet, received_at, internal_date, labels_json, flags_json,
           headers_json, size_bytes, has_attachments, has_calendar, references_json, created_at)
         values ('m', 'u1', 'a', 't', 'p', '', '', '[]', '[]', '[]', '[]', '[]', '', '', $1, $1, '[]', '[]', '[]', 1, 0, 0, '[]', $1)`,
        [now],
      );
      await tx.run(
        `insert into actions (id, user_id, account_id, message_id, source, action_type, parameters_json, identity, status,
           confidence, review_json, reviewed_at, created_at, updated_at)
         values ('x', 'u1', 'a', 'm', 'manual', 'archive', '{}', 'i', 'completed', 1, '{}', $1, $1, $1)`,
        [now],
      );
    });
    const back = t.db.write((tx) => tx.run("update actions set status = 'queued' where id = 'x'"));
    await expect(back).rejects.toSatisfy((e) => isConstraint(e, 'check'));
  });

  test('many writes at once are all kept', async () => {
    await using t = await fresh();
    const count = kind === 'remote' ? 50 : 500;
    await Promise.all(
      Array.from({ length: count }, (_, i) => t.db.write((tx) => tx.run(insertUser, user(`u${i}`)))),
    );
    const [row] = await t.db.all<{ n: number }>('select count(*) as n from users');
    expect(row?.n).toBe(count);
  });

  test('whoever writes again and again leaves the event loop to others', async () => {
    await using t = await fresh();
    let rounds = 0;
    const goRound = () => {
      rounds++;
      again = setImmediate(goRound);
    };
    let again = setImmediate(goRound);
    for (let i = 0; i < 200; i++) await t.db.run('delete from senders');
    clearImmediate(again);
    expect(rounds).toBeGreaterThan(2);
  });
});
