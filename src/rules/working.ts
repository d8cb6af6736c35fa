import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import type { CompiledRules } from './compile.ts';
import { compiledRules } from './compiled.ts';
import { setRuleDisabled } from './store.ts';

/** A user's compiled rules. One that cannot be compiled is switched off with its reason; the others go on. */
export const workingRules = async (
  ports: { db: Db; clock: Clock },
  userId: string,
): Promise<CompiledRules> => {
  const compiled = await compiledRules(ports.db, userId);
  for (const { ruleId, reason } of compiled.broken) {
    await ports.db.write((tx) => setRuleDisabled(tx, { userId, id: ruleId, reason, now: ports.clock.now() }));
  }
  return compiled;
};
