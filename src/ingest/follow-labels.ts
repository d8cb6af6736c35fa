import type { Account } from '#accounts/account.ts';
import { recordActivity } from '#activity/store.ts';
import type { Tx } from '#db/db.ts';
import { type Label, type LabelMove, labelMoves, listLabels } from '#mail/label-store.ts';
import { type LabelledRule, rulesNamingLabels } from '#rules/label-names.ts';
import { changeDisabledReason, setRuleDisabled } from '#rules/store.ts';
import type { Instant } from '#std/time.ts';
import type { IngestPorts } from './ports.ts';

const goneReason = (name: string): string =>
  `Its label “${name}” was deleted in the mailbox. Choose another one, or make the label again, and switch the rule on.`;

const backReason = (name: string): string =>
  `Its label “${name}” was deleted in the mailbox and is there again. Switch the rule on when it is the right one.`;

const isNamed = (rule: LabelledRule, label: Label): boolean =>
  rule.labels.has(label.providerLabelId) || rule.labels.has(label.name.toLowerCase());

const covers = (rule: LabelledRule, accountId: string): boolean =>
  rule.scope !== 'account' || rule.scopeRef === accountId;

/**
 * Switches off the rules of which a label has gone since a time, and says why: carried out, they would bring the label back
 * against its owner's will. A rule that was changed after the label went is taken to be meant as it is. Where the label
 * came back, the reason says so.
 */
export const followLabels = async (
  ports: IngestPorts,
  tx: Tx,
  { account, since }: { account: Account; since: Instant | null },
): Promise<void> => {
  const moves = await labelMoves(tx, account.id, since);
  if (moves.length === 0) return;
  const rules = (await rulesNamingLabels(tx, account.userId)).filter((rule) => covers(rule, account.id));
  if (rules.length === 0) return;
  const live = await listLabels(tx, { userId: account.userId });
  for (const rule of rules) {
    for (const move of moves) {
      if (!isNamed(rule, move.label)) continue;
      const there = live.some((label) => covers(rule, label.accountId) && sameLabel(rule, label, move.label));
      if (there) await sayBack(ports, tx, { rule, name: move.label.name, account });
      else if (isAfter(move, rule)) await switchOff(ports, tx, { rule, name: move.label.name, account });
    }
  }
};

/** A label that a rule means when it means `gone`: by its id, or by its name where it was named so. */
const sameLabel = (rule: LabelledRule, label: Label, gone: Label): boolean =>
  rule.labels.has(gone.providerLabelId)
    ? label.providerLabelId === gone.providerLabelId
    : label.name.toLowerCase() === gone.name.toLowerCase();

const isAfter = ({ deletedAt }: LabelMove, { updatedAt }: LabelledRule): boolean =>
  deletedAt !== null && deletedAt >= updatedAt;

interface Affected {
  rule: LabelledRule;
  name: string;
  account: Account;
}

const switchOff = async (ports: IngestPorts, tx: Tx, { rule, name, account }: Affected): Promise<void> => {
  if (!rule.enabled) return;
  const { userId } = account;
  const now = ports.clock.now();
  await setRuleDisabled(tx, { userId, id: rule.id, reason: goneReason(name), now });
  await tell(ports, tx, { userId, rule, details: { label: name, account: account.id, gone: true } });
};

const sayBack = async (ports: IngestPorts, tx: Tx, { rule, name, account }: Affected): Promise<void> => {
  if (rule.enabled || rule.disabledReason !== goneReason(name)) return;
  const { userId } = account;
  const now = ports.clock.now();
  await changeDisabledReason(tx, { userId, id: rule.id, reason: backReason(name), now });
  await tell(ports, tx, { userId, rule, details: { label: name, account: account.id, gone: false } });
};

const tell = (
  ports: IngestPorts,
  tx: Tx,
  o: { userId: string; rule: LabelledRule; details: { label: string; account: string; gone: boolean } },
): Promise<void> =>
  recordActivity(ports, tx, {
    userId: o.userId,
    actor: 'system',
    channel: 'system',
    action: o.details.gone ? 'rule.disable' : 'rule.label-back',
    subjectType: 'rule',
    subjectId: o.rule.id,
    details: o.details,
  });
