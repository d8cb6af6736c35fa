import { z } from 'zod';
import { SCHEDULE_CRON_CHARS } from '#config/limits.ts';
import { instant } from './base.ts';
import { nextRunsQuery } from './schedule.ts';

export const cronPreviewQuery = nextRunsQuery.extend({
  cron: z.string().min(1).max(SCHEDULE_CRON_CHARS),
  timeZone: z.string().min(1).max(100).describe('Such as Europe/Berlin.'),
});

export const cronPreviewShape = z
  .strictObject({
    cron: z.string().describe('As it would be stored.'),
    description: z.string().describe('In plain words.'),
    next: z.array(instant).describe('The coming times.'),
  })
  .meta({ id: 'CronPreview' });
