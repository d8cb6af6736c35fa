import type { Instant } from '#std/time.ts';

const KEY = /^schedule:[0-9a-f-]+:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;

/** The idempotency key of a schedule's job: one for each time that it is due, whoever makes it. */
export const runKey = (scheduleId: string, due: Instant): string => `schedule:${scheduleId}:${due}`;

/** For which time a schedule made the job with this key; null for other jobs. */
export const dueOfRunKey = (key: string | null): Instant | null =>
  key?.startsWith('schedule:') ? ((KEY.exec(key)?.[1] ?? null) as Instant | null) : null;
