import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, RULES_PER_USER } from '#config/limits.ts';
import type { Sql, Tx } from '#db/db.ts';
import { belongsTo, insertRows, textsOf } from '#db/insert-rows.ts';
import type { DeterministicRuleRow } from '#db/rules-tables.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';
import { NEW_RULE_COLUMNS, newRuleValues, rowFields, ruleFromRow } from './row.ts';
import { parseRule, parseRulePatch, type Rule, ruleInput } from './rule.ts';

/** Every change of what the rules say bumps it, so that compiled rules are known to be old, also in another process. */
const bumpVersion = async (tx: Tx, userId: string): Promise<void> => {
  await tx.run(
    `insert into rule_sets (user_id, version) values ($1, 1)
     on conflict (user_id) do update set version = rule_sets.version + 1`,
    [userId],
  );
};

/** 0 for a user who never had a rule. */
export const rulesVersion = async (sql: Sql, userId: string): Promise<number> => {
  const [row] = await sql.all<{ version: number }>('select version from rule_sets where user_id = $1', [
    userId,
  ]);
  return Number(row?.version ?? 0);
};

const unknownRule = (): AppError =>
  new AppError('denied', 'rules.unknown', 'There is no such rule', {
    help: 'List the rules to see their ids.',
  });

export const findRule = async (sql: Sql, userId: string, id: string): Promise<Rule | undefined> => {
  const [row] = await sql.all<DeterministicRuleRow>(
    'select * from deterministic_rules where id = $1 and user_id = $2',
    [id, userId],
  );
  return row && ruleFromRow(row);
};

/** @throws AppError denied `rules.unknown` */
export const getRule = async (sql: Sql, userId: string, id: string): Promise<Rule> => {
  const found = await findRule(sql, userId, id);
  if (!found) throw unknownRule();
  return found;
};

/** Where a page of rules ended. */
export interface RuleCursor {
  priority: number;
  id: string;
}

export interface RulePage {
  /** In the order of judgement. */
  rules: Rule[];
  next: RuleCursor | null;
}

export const listRules = async (
  sql: Sql,
  userId: string,
  page: { after?: RuleCursor | null; limit?: number } = {},
): Promise<RulePage> => {
  const limit = Math.min(Math.max(1, page.limit ?? PAGE_ROWS_DEFAULT), PAGE_ROWS_MAX);
  const where = page.after ? 'and (priority, id) > ($3, $4)' : '';
  const after = page.after ? [page.after.priority, page.after.id] : [];
  const rows = await sql.all<DeterministicRuleRow>(
    `select * from deterministic_rules where user_id = $1 ${where} order by priority, id limit $2`,
    [userId, limit + 1, ...after],
  );
  const rules = rows.slice(0, limit).map(ruleFromRow);
  const last = rules.at(-1);
  return { rules, next: rows.length > limit && last ? { priority: last.priority, id: last.id } : null };
};

/** Every row of the user, in the order of judgement. */
export const allRuleRows = (sql: Sql, userId: string): Promise<DeterministicRuleRow[]> =>
  sql.all<DeterministicRuleRow>(
    'select * from deterministic_rules where user_id = $1 order by priority, id',
    [userId],
  );

export const allRules = async (sql: Sql, userId: string): Promise<Rule[]> =>
  (await allRuleRows(sql, userId)).map(ruleFromRow);

export const countRules = async (sql: Sql, userId: string): Promise<number> => {
  const [row] = await sql.all<{ n: number }>(
    'select count(*) as n from deterministic_rules where user_id = $1',
    [userId],
  );
  return Number(row?.n ?? 0);
};

export interface NewRules {
  userId: string;
  /** Anything: each is checked. */
  rules: readonly unknown[];
  newId: NewId;
  now: Instant;
}

/**
 * Stores new rules, all or none.
 * @throws AppError input `rules.invalid`, limit `rules.too-many`
 */
export const createRules = async (tx: Tx, o: NewRules): Promise<Rule[]> => {
  const rules = o.rules.map(
    (input): Rule => ({
      ...parseRule(input),
      id: o.newId(),
      userId: o.userId,
      disabledReason: null,
      hits: 0,
      lastHitAt: null,
      createdAt: o.now,
      updatedAt: o.now,
    }),
  );
  if ((await countRules(tx, o.userId)) + rules.length > RULES_PER_USER) {
    throw new AppError('limit', 'rules.too-many', `A user has at most ${RULES_PER_USER} rules`, {
      help: 'Delete rules that never match; one with a wildcard can stand for many.',
    });
  }
  await insertRows(tx, {
    table: 'deterministic_rules',
    columns: NEW_RULE_COLUMNS,
    rows: rules.map(newRuleValues),
  });
  await bumpVersion(tx, o.userId);
  return rules;
};

/**
 * Changes a rule: what is absent stays, null clears, a value sets. Switching it on clears why it was off.
 * @throws AppError denied `rules.unknown`, input `rules.invalid`
 */
export const patchRule = async (
  tx: Tx,
  o: { userId: string; id: string; patch: unknown; now: Instant },
): Promise<Rule> => {
  const before = await getRule(tx, o.userId, o.id);
  const patch = parseRulePatch(o.patch);
  const fields = Object.keys(ruleInput.shape) as (keyof typeof ruleInput.shape)[];
  const after = parseRule({ ...Object.fromEntries(fields.map((f) => [f, before[f]])), ...patch });
  const disabledReason = patch.enabled === undefined ? before.disabledReason : null;
  await tx.query
    .updateTable('deterministic_rules')
    .set({ ...rowFields(after), disabled_reason: disabledReason, updated_at: o.now })
    .where('id', '=', o.id)
    .where('user_id', '=', o.userId)
    .execute();
  await bumpVersion(tx, o.userId);
  return { ...before, ...after, disabledReason, updatedAt: o.now };
};

/** @throws AppError denied `rules.unknown` */
export const deleteRule = async (tx: Tx, o: { userId: string; id: string }): Promise<void> => {
  const gone = await tx.run('delete from deterministic_rules where id = $1 and user_id = $2', [
    o.id,
    o.userId,
  ]);
  if (gone === 0) throw unknownRule();
  await bumpVersion(tx, o.userId);
};

/** Switches a rule off and says why, in one sentence that the user reads. Does nothing when it is gone. */
export const setRuleDisabled = async (
  tx: Tx,
  o: { userId: string; id: string; reason: string; now: Instant },
): Promise<void> => {
  const changed = await tx.run(
    `update deterministic_rules set enabled = 0, disabled_reason = $1, updated_at = $2
     where id = $3 and user_id = $4 and enabled = 1`,
    [o.reason, o.now, o.id, o.userId],
  );
  if (changed > 0) await bumpVersion(tx, o.userId);
};

/** Says anew why a rule is off. Does nothing when it is on or gone. */
export const changeDisabledReason = async (
  tx: Tx,
  o: { userId: string; id: string; reason: string; now: Instant },
): Promise<void> => {
  await tx.run(
    `update deterministic_rules set disabled_reason = $1, updated_at = $2
     where id = $3 and user_id = $4 and enabled = 0`,
    [o.reason, o.now, o.id, o.userId],
  );
};

const PRIORITY_STEP = 10;

/**
 * Gives the rules a new order: priorities 10, 20, 30 … The list names every rule of the user once.
 * @throws AppError conflict `rules.order-stale` when it does not
 */
export const reorderRules = async (
  tx: Tx,
  o: { userId: string; ids: readonly string[]; now: Instant },
): Promise<void> => {
  const rows = await tx.all<{ id: string; priority: number }>(
    'select id, priority from deterministic_rules where user_id = $1',
    [o.userId],
  );
  const known = new Map(rows.map((r) => [r.id, r.priority]));
  const named = new Set(o.ids);
  if (named.size !== o.ids.length || named.size !== known.size || o.ids.some((id) => !known.has(id))) {
    throw new AppError('conflict', 'rules.order-stale', 'The list does not name every rule once', {
      help: 'Load the rules again: one was added or deleted meanwhile.',
    });
  }
  for (const [i, id] of o.ids.entries()) {
    const priority = (i + 1) * PRIORITY_STEP;
    if (known.get(id) === priority) continue;
    await tx.run(
      'update deterministic_rules set priority = $1, updated_at = $2 where id = $3 and user_id = $4',
      [priority, o.now, id, o.userId],
    );
  }
  await bumpVersion(tx, o.userId);
};

/** Adds to the counters of the rules that matched. The rules stay as compiled, so the version does too. */
export const recordHits = async (
  tx: Tx,
  o: { userId: string; hits: ReadonlyMap<string, number>; now: Instant },
): Promise<void> => {
  // Always in the same order, so that two workers never wait for each other's rows.
  for (const [id, count] of [...o.hits].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await tx.run(
      'update deterministic_rules set hits = hits + $1, last_hit_at = $2 where id = $3 and user_id = $4',
      [count, o.now, id, o.userId],
    );
  }
};

/** The names of these rules, by id. Rules that are gone are left out. */
export const ruleNames = async (
  sql: Sql,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, string>> => {
  if (ids.length === 0) return new Map();
  const rows = await sql.all<{ id: string; name: string }>(
    `select id, name from deterministic_rules where id in (${textsOf(sql.engine, 1)}) and ${belongsTo('user_id', 2)}`,
    [JSON.stringify([...new Set(ids)]), userId],
  );
  return new Map(rows.map((r) => [r.id, r.name]));
};

/** The priority that puts a new rule after all others. */
export const lastPriority = async (sql: Sql, userId: string): Promise<number> => {
  const [row] = await sql.all<{ priority: number }>(
    'select priority from deterministic_rules where user_id = $1 order by priority desc, id desc limit 1',
    [userId],
  );
  return row ? row.priority + PRIORITY_STEP : PRIORITY_STEP;
};
