import { accountIndexes, goneIndex } from './account-rows.ts';
import { actingTables } from './acting.ts';
import type { Dialect } from './dialect.ts';
import { digestCoverage } from './digests.ts';
import { accountSharing } from './gmail.ts';
import { imapTables } from './imap.ts';
import { intakeIndexes } from './intake.ts';
import { liveActions } from './live-actions.ts';
import { mailTables } from './mail.ts';
import { outboxTables } from './outbox.ts';
import { peopleTables } from './people.ts';
import { queueOperating, queueTables, queueTurnsAndErrors, queueWaiting } from './queue.ts';
import { removalIndexes } from './removal.ts';
import { rulesTables } from './rules.ts';
import { scheduleErrors } from './schedules.ts';
import { tellingTables } from './telling.ts';

export interface Migration {
  /** Counts up from 1 without gaps. */
  id: number;
  name: string;
  /** The statements, in order. Written once: a released migration never changes. */
  statements(dialect: Dialect): string[];
}

export const MIGRATIONS: readonly Migration[] = [
  {
    id: 1,
    name: 'first tables',
    statements: (d) => [
      ...peopleTables(d),
      ...queueTables(d),
      ...mailTables(d),
      ...rulesTables(d),
      ...actingTables(d),
      ...tellingTables(d),
    ],
  },
  { id: 2, name: 'turns between fair keys, errors of each attempt', statements: queueTurnsAndErrors },
  { id: 3, name: 'dead letters in order, what workers did', statements: queueOperating },
  { id: 4, name: 'what digests covered', statements: digestCoverage },
  { id: 5, name: 'schedules say what went wrong', statements: scheduleErrors },
  {
    id: 6,
    name: 'mailboxes elsewhere, and mail on its way out',
    statements: (d) => [
      ...accountSharing(d),
      ...queueWaiting(d),
      ...imapTables(d),
      ...outboxTables(d),
      ...removalIndexes(),
      ...intakeIndexes(),
    ],
  },
  {
    id: 7,
    name: 'rows of an account are found by it, gone mail and the last hour are counted',
    statements: () => [...accountIndexes(), ...goneIndex(), ...liveActions()],
  },
];
