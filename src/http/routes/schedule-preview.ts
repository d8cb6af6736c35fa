import { defineRoute } from '#http/route.ts';
import { cronPreviewQuery, cronPreviewShape } from '#http/shapes/cron-preview.ts';
import { checkedCron, nextRuns } from '#queue/cron.ts';
import { cronWords } from '#queue/cron-words.ts';
import { toInstant } from '#std/time.ts';

const previewRoute = defineRoute({
  method: 'GET',
  path: '/api/schedules/preview',
  access: 'read',
  summary: 'What a cron means in a time zone, in words and in times. Nothing is stored.',
  query: cronPreviewQuery,
  output: cronPreviewShape,
  handle: async ({ app, query: { cron, timeZone, n } }) => {
    const stored = checkedCron(cron, timeZone);
    const times = nextRuns(stored, timeZone, { afterMs: app.clock.ms(), n });
    return { cron: stored, description: cronWords(stored), next: times.map(toInstant) };
  },
});

export const schedulePreviewRoutes = [previewRoute];
