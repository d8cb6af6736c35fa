import { z } from 'zod';
import { gmail, imap, policy, sending } from './section-mail.ts';
import { endpoints, modelSection } from './section-model.ts';
import { app, auth, paths, queue, telemetry } from './section-process.ts';
import { digest, discord, summary, telegram } from './section-telling.ts';

/**
 * All of the configuration. Keys are written the same in the file and in the program; durations are text such as '30s' in
 * the file and milliseconds in the program.
 */
export const configSchema = z.strictObject({
  app: app.prefault({}),
  paths,
  queue: queue.prefault({}),
  telemetry: telemetry.prefault({}),
  model: modelSection.prefault({}),
  discord: discord.prefault({}),
  telegram: telegram.prefault({}),
  gmail: gmail.prefault({}),
  imap: imap.prefault({}),
  sending: sending.prefault({}),
  policy: policy.prefault({}),
  digest,
  summary: summary.prefault({}),
  auth: auth.prefault({}),
  endpoints: endpoints.prefault({}),
});

export type Config = z.output<typeof configSchema>;
