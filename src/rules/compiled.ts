import { COMPILED_RULE_SETS } from '#config/limits.ts';
import type { Db } from '#db/db.ts';
import type { DeterministicRuleRow } from '#db/rules-tables.ts';
import { errorMessage } from '#std/errors.ts';
import { type CompiledRules, compileRules } from './compile.ts';
import { ruleFromRow } from './row.ts';
import type { Rule } from './rule.ts';
import { allRuleRows, rulesVersion } from './store.ts';

interface CachedSet {
  version: number;
  compiled: Promise<CompiledRules>;
  /** Rule objects by id, so that rules which did not change keep their compiled form. */
  rules: Map<string, { said: string; rule: Rule }>;
}

// One cache a database, and no longer than it lives. Within it, the set used last stands last.
const caches = new WeakMap<Db, Map<string, CachedSet>>();

/** Everything of a row that a compiled rule depends on. */
const saidIn = (r: DeterministicRuleRow): string =>
  [
    r.name,
    r.scope,
    r.scope_ref,
    r.priority,
    r.enabled,
    r.conditions_json,
    r.actions_json,
    r.continue_matching,
    r.safe_mode,
    r.shadow,
  ].join('\0');

const load = async (db: Db, userId: string, rules: CachedSet['rules']): Promise<CompiledRules> => {
  const unreadable: CompiledRules['broken'] = [];
  const rows = await allRuleRows(db, userId);
  const before = new Map(rules);
  rules.clear();
  for (const row of rows) {
    const said = saidIn(row);
    const known = before.get(row.id);
    try {
      rules.set(row.id, known?.said === said ? known : { said, rule: ruleFromRow(row) });
    } catch (e) {
      unreadable.push({ ruleId: row.id, reason: errorMessage(e) });
    }
  }
  const compiled = compileRules([...rules.values()].map((r) => r.rule));
  return { ...compiled, broken: [...unreadable, ...compiled.broken] };
};

const keepRecent = (cache: Map<string, CachedSet>): void => {
  for (const userId of cache.keys()) {
    if (cache.size <= COMPILED_RULE_SETS) return;
    cache.delete(userId);
  }
};

/**
 * A user's rules, compiled; once per change, whichever process made it. Asks the database for the version each time, which is
 * one row by its key.
 */
export const compiledRules = async (db: Db, userId: string): Promise<CompiledRules> => {
  let cache = caches.get(db);
  if (!cache) {
    cache = new Map();
    caches.set(db, cache);
  }
  // The version is read before the rules: a change in between makes the set newer than it claims, never older.
  const version = await rulesVersion(db, userId);
  const known = cache.get(userId);
  cache.delete(userId);
  if (known?.version === version) {
    cache.set(userId, known);
    return known.compiled;
  }
  const rules: CachedSet['rules'] = new Map(known?.rules);
  const set: CachedSet = { version, rules, compiled: load(db, userId, rules) };
  cache.set(userId, set);
  keepRecent(cache);
  try {
    return await set.compiled;
  } catch (e) {
    if (cache.get(userId) === set) cache.delete(userId);
    throw e;
  }
};
