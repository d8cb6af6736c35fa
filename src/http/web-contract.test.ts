import { expect, test } from 'vitest';
import type { z } from 'zod';
import type { digestSchema, digestSummarySchema, madeDigestSchema } from '#digests/digest.ts';
import type { Instant } from '#std/time.ts';
import type * as Accounts from '#web/lib/api/account-types.ts';
import type * as Digests from '#web/lib/api/digest-types.ts';
import type * as Jobs from '#web/lib/api/job-types.ts';
import type * as Rules from '#web/lib/api/rule-types.ts';
import type * as Web from '#web/lib/api/types.ts';
import type { accountShape, labelShape } from './shapes/account.ts';
import type { actionDetailShape, actionSummaryShape, approvalShape } from './shapes/action.ts';
import type { cronPreviewShape } from './shapes/cron-preview.ts';
import type { bulkAnswerShape, jobDetailShape, jobShape, jobStatsShape } from './shapes/job.ts';
import type { threadShape, threadSummaryShape } from './shapes/mail.ts';
import type { catalogShape, ruleShape, ruleTestShape } from './shapes/rule.ts';
import type { scheduleListShape } from './shapes/schedule.ts';
import type { settingsShape, todayShape } from './shapes/today.ts';

/** JSON has no undefined: an optional field is there or it is not. */
type Sent<T> = T extends Instant
  ? string
  : T extends (infer U)[]
    ? Sent<U>[]
    : T extends object
      ? { [K in keyof T]: Sent<Exclude<T[K], undefined>> }
      : T;

/** Does not compile when a route answers something else than the web app reads. */
const fits = <Read, _Answer extends Read>(): true => true;

// Checked by the compiler: what a route answers is what the web app reads.
test('the web app reads the shapes that the routes answer', () => {
  expect(fits<Accounts.Account, Sent<z.output<typeof accountShape>>>()).toBe(true);
  expect(fits<Web.Label, Sent<z.output<typeof labelShape>>>()).toBe(true);
  expect(fits<Web.ThreadSummary, Sent<z.output<typeof threadSummaryShape>>>()).toBe(true);
  expect(fits<Web.Thread, Sent<z.output<typeof threadShape>>>()).toBe(true);
  expect(fits<Web.ActionSummary, Sent<z.output<typeof actionSummaryShape>>>()).toBe(true);
  expect(fits<Web.ActionDetail, Sent<z.output<typeof actionDetailShape>>>()).toBe(true);
  expect(fits<Web.Approval, Sent<z.output<typeof approvalShape>>>()).toBe(true);
  expect(fits<Jobs.Job, Sent<z.output<typeof jobShape>>>()).toBe(true);
  expect(fits<Jobs.JobDetail, Sent<z.output<typeof jobDetailShape>>>()).toBe(true);
  expect(fits<Jobs.JobStats, Sent<z.output<typeof jobStatsShape>>>()).toBe(true);
  expect(fits<Jobs.JobsChanged, Sent<z.output<typeof bulkAnswerShape>>>()).toBe(true);
  expect(fits<Jobs.ScheduleList, Sent<z.output<typeof scheduleListShape>>>()).toBe(true);
  expect(fits<Jobs.CronPreview, Sent<z.output<typeof cronPreviewShape>>>()).toBe(true);
  expect(fits<Digests.Digest, Sent<z.output<typeof digestSchema>>>()).toBe(true);
  expect(fits<Digests.MadeDigest, Sent<z.output<typeof madeDigestSchema>>>()).toBe(true);
  expect(fits<Digests.DigestSummary, Sent<z.output<typeof digestSummarySchema>>>()).toBe(true);
  expect(fits<Omit<Rules.Rule, 'conditions'>, Sent<z.output<typeof ruleShape>>>()).toBe(true);
  expect(fits<Rules.Catalog, Sent<z.output<typeof catalogShape>>>()).toBe(true);
  expect(fits<Rules.RuleTest, Sent<z.output<typeof ruleTestShape>>>()).toBe(true);
  expect(fits<Web.Today, Sent<z.output<typeof todayShape>>>()).toBe(true);
  expect(fits<Web.Settings, Sent<z.output<typeof settingsShape>>>()).toBe(true);
});
