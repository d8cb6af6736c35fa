import { z } from 'zod';
import { recordActivity } from '#activity/store.ts';
import { findChannel } from '#channels/kinds/catalog.ts';
import { recordPosted } from '#channels/store.ts';
import { Untrusted } from '#mail/untrusted.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { FatalError } from '#queue/outcome.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { Digest } from './digest.ts';
import type { DigestPorts } from './ports.ts';
import { digestTitle, renderDigest } from './render.ts';
import { findDigest, setDigestState } from './store.ts';

const SUBJECT = 'digest';

/** Delivers one digest on one channel, once: what was told is recorded before anything else may fail. */
export const deliverJob = defineJob({
  type: 'digest.deliver',
  payload: z.strictObject({ digestId: z.string().max(100), channel: z.string().max(50) }),
  maxAttempts: 10,
  idempotencyKey: (p) => `digest:${p.digestId}:${p.channel}`,
  run: async (ctx: JobContext<Pick<DigestPorts, 'db' | 'clock' | 'newId'>>, p) => {
    const digest = await findDigest(ctx.app.db, p.digestId);
    if (!digest) throw new FatalError('The digest is no longer there');
    try {
      const { remoteId } = await ctx.step(`tell ${p.channel}`, () => tell(digest, p.channel));
      await ctx.write(async (tx) => {
        const { clock, newId } = ctx.app;
        const { userId } = digest;
        const subject = { type: SUBJECT, id: digest.id };
        const posted = { id: newId(), userId, channel: p.channel, subject, remoteId, at: clock.now() };
        if (!(await recordPosted(tx, posted))) return;
        crashpoint('digest.delivering');
        await setDigestState(tx, digest.id, 'delivered');
        await recordActivity(ctx.app, tx, {
          userId,
          actor: 'system',
          channel: p.channel,
          action: 'digest.deliver',
          subjectType: SUBJECT,
          subjectId: digest.id,
        });
      });
    } catch (e) {
      // Nothing will try again, so the digest must not look as if something would.
      if (ctx.attempt >= ctx.maxAttempts) await ctx.write((tx) => setDigestState(tx, digest.id, 'failed'));
      throw e;
    }
    crashpoint('digest.delivered');
    return { delivered: p.channel };
  },
});

const tell = async (digest: Digest, name: string): Promise<{ remoteId: string }> => {
  const channel = findChannel(name);
  if (!channel) throw new FatalError(`There is no channel "${name}"`);
  return channel.tell({
    userId: digest.userId,
    subject: { type: SUBJECT, id: digest.id },
    title: digestTitle(digest),
    text: new Untrusted(renderDigest(digest)),
  });
};
