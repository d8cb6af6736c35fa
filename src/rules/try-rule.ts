import type { Db } from '#db/db.ts';
import { newestMail, type StoredMail } from '#mail/message-store.ts';
import { knownSendersAmong } from '#mail/sender-store.ts';
import type { Clock } from '#std/clock.ts';
import { authenticationResults } from './authentication.ts';
import { compileRules } from './compile.ts';
import { matchingRules } from './evaluate.ts';
import { MessageFacts } from './facts.ts';
import { asUnsaved, type RuleInput } from './rule.ts';

interface TryPorts {
  db: Db;
  clock: Clock;
  trustedAuthServer(accountId: string): Promise<string | null>;
}

export interface TriedRule {
  checked: number;
  matched: number;
  /** The newest that it matched. */
  samples: StoredMail[];
}

const PAGE = 100;
const SAMPLES = 10;

/** Asks a rule, saved or not, about the newest stored messages of a user. Changes nothing. */
export const tryRule = async (
  ports: TryPorts,
  o: { userId: string; rule: RuleInput; limit: number },
): Promise<TriedRule> => {
  const compiled = compileRules([{ ...asUnsaved(o.rule, o.userId, ports.clock.now()), enabled: true }]);
  const tried: TriedRule = { checked: 0, matched: 0, samples: [] };
  const servers = new Map<string, string | null>();
  let before: StoredMail | null = null;
  while (tried.checked < o.limit) {
    const limit = Math.min(PAGE, o.limit - tried.checked);
    const page: StoredMail[] = await newestMail(ports.db, { userId: o.userId, before, limit });
    const known = await knownSendersAmong(ports.db, o.userId, page.flatMap(addressesOf));
    for (const mail of page) {
      const { accountId } = mail;
      if (!servers.has(accountId)) servers.set(accountId, await ports.trustedAuthServer(accountId));
      const facts = factsOf(mail, { known, server: servers.get(accountId) ?? null, now: ports.clock.now() });
      tried.checked++;
      if (matchingRules(compiled, facts, 'first_match').length === 0) continue;
      tried.matched++;
      if (tried.samples.length < SAMPLES) tried.samples.push(mail);
    }
    before = page.at(-1) ?? null;
    if (page.length < limit) break;
  }
  return tried;
};

const addressesOf = (mail: StoredMail): string[] =>
  mail.mail.reveal().from.map((a) => a.address.toLowerCase());

const factsOf = (
  stored: StoredMail,
  o: { known: ReadonlySet<string>; server: string | null; now: MessageFacts['now'] },
): MessageFacts => {
  const mail = stored.mail.reveal();
  return new MessageFacts({
    accountId: stored.accountId,
    mail,
    labels: stored.state.labels,
    flags: stored.state.flags,
    sizeBytes: stored.sizeBytes,
    receivedAt: stored.receivedAt,
    knownSender: addressesOf(stored).some((a) => o.known.has(a)),
    auth: authenticationResults(mail.headers, o.server),
    now: o.now,
  });
};
