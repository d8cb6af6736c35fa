import { findUser } from '#access/user-store.ts';
import { recordActivity } from '#activity/store.ts';
import { findChannel } from '#channels/kinds/catalog.ts';
import { DIGEST_COMPOSE_TRIES } from '#config/limits-digests.ts';
import type { Db, Tx } from '#db/db.ts';
import { invariant } from '#std/assert.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { type Instant, toInstant, toMs } from '#std/time.ts';
import { span } from '#telemetry/trace.ts';
import { deliverJob } from './deliver.job.ts';
import type { Digest, DigestContent, Section } from './digest.ts';
import type { DigestPorts } from './ports.ts';
import { SECTIONS } from './sections/catalog.ts';
import {
  digestEdges,
  digestOfOccasion,
  getDigest,
  insertDigest,
  lockDigests,
  newestDigest,
} from './store.ts';
import { openWindow, type Window } from './window.ts';

export interface ComposeRequest {
  userId: string;
  /** What it is made for: asked again for the same, it answers with the digest that is there. */
  occasion: string;
  /** Where its window ends. */
  to: Instant;
  scheduleId: string | null;
  /** Whether one that would tell nothing new is not made. */
  onlyNews?: boolean;
  /** Who asked, for the audit log. */
  by: { actor: string; channel: string };
  /** The write transaction that stores it; a job's commits only while the job is still ours. */
  write: Db['write'];
}

type Reading = Pick<DigestPorts, 'db' | 'clock'>;

/**
 * Makes the digest of an occasion: the sections collect, then one transaction stores it, covers its mail and enqueues its
 * delivery. Another digest that was stored meanwhile moved the start of the window, so all starts again. null when earlier
 * digests reach up to `to` already, or when there is nothing new and only news are wanted.
 */
export const compose = (ports: DigestPorts, r: ComposeRequest): Promise<Digest | null> =>
  span('digest.compose', { 'ashford.user.id': r.userId }, async () => {
    for (let tries = 1; tries <= DIGEST_COMPOSE_TRIES; tries++) {
      const made = await digestOfOccasion(ports.db, r.userId, r.occasion);
      if (made) return made;
      const window = await openWindow(ports.db, r);
      if (!window) return null;
      const content = await contentOf(ports, r.userId, window);
      if (r.onlyNews) {
        const last = await newestDigest(ports.db, r.userId);
        if (last && !hasNews(content, last)) return null;
      }
      crashpoint('digest.composed');
      const id = await r.write((tx) => store(ports, tx, { request: r, window, content }));
      crashpoint('digest.committed');
      if (id !== null) return getDigest(ports.db, r.userId, id);
    }
    throw new AppError('transient', 'digests.racing', 'Other digests were made again and again meanwhile', {
      help: 'It will be tried again.',
    });
  });

/**
 * A digest of all that came since the last one, because somebody asked; the last one itself when nothing is new since. So
 * it answers two who ask at once with one digest.
 */
export const composeNow = async (
  ports: DigestPorts,
  o: { userId: string; by: ComposeRequest['by'] },
): Promise<{ digest: Digest; made: boolean }> => {
  const made = await compose(ports, {
    ...o,
    occasion: `now:${ports.newId()}`,
    to: await endOfNow(ports, o.userId),
    scheduleId: null,
    onlyNews: true,
    write: (work) => ports.db.write(work),
  });
  const digest = made ?? (await newestDigest(ports.db, o.userId));
  invariant(digest !== undefined, 'a first digest is made whatever it tells');
  return { digest, made: made !== null };
};

/** What a digest made now would say. Stores nothing. */
export const previewDigest = async (ports: Reading, userId: string): Promise<DigestContent> => {
  const window = await openWindow(ports.db, { userId, to: await endOfNow(ports, userId) });
  if (!window) throw new Error('A window that ends after the last digest is never empty');
  return contentOf(ports, userId, window);
};

/** Now, but never before the end of the last digest: a clock may have been put back. */
const endOfNow = async ({ db, clock }: Reading, userId: string): Promise<Instant> => {
  const end = (await digestEdges(db, userId))?.end;
  return toInstant(Math.max(clock.ms(), end === undefined ? 0 : toMs(end) + 1));
};

const contentOf = async ({ db }: Reading, userId: string, window: Window): Promise<DigestContent> => {
  const user = await findUser(db, userId);
  const sections: Section[] = [];
  let readingSeconds = 0;
  for (const kind of SECTIONS) {
    const found = await kind.collect({ db, userId, window });
    sections.push({ section: kind.name, ...found } as Section);
    readingSeconds += kind.readingSeconds?.(found.items as never) ?? 0;
  }
  return { from: window.from, to: window.to, timeZone: user?.timeZone ?? 'UTC', readingSeconds, sections };
};

const itemsOf = ({ sections }: DigestContent, name: string) =>
  (sections.find((s) => s.section === name)?.items ?? []) as never;

const hasNews = (content: DigestContent, last: DigestContent): boolean =>
  SECTIONS.some(
    (kind) => 'isNews' in kind && kind.isNews?.(itemsOf(content, kind.name), itemsOf(last, kind.name)),
  );

interface Composed {
  request: ComposeRequest;
  window: Window;
  content: DigestContent;
}

/** The id of the occasion's digest; null when the window is no longer where the last digest ends. */
const store = async (ports: DigestPorts, tx: Tx, { request: r, window, content }: Composed) => {
  await lockDigests(tx, r.userId);
  const made = await digestOfOccasion(tx, r.userId, r.occasion);
  if (made) return made.id;
  const end = (await digestEdges(tx, r.userId))?.end;
  if (window.first ? end !== undefined : end !== window.from) return null;
  const id = ports.newId();
  await insertDigest(tx, {
    digest: {
      ...content,
      id,
      userId: r.userId,
      scheduleId: r.scheduleId,
      occasion: r.occasion,
      state: 'composed',
      createdAt: ports.clock.now(),
    },
    covered: window.mail,
    mailOf: (section, item) => mailOf(section, item),
  });
  crashpoint('digest.stored');
  await recordActivity(ports, tx, {
    userId: r.userId,
    ...r.by,
    action: 'digest.compose',
    subjectType: 'digest',
    subjectId: id,
    details: { from: content.from, to: content.to, messages: window.mail.length },
  });
  for (const channel of ports.digestChannels.filter((name) => findChannel(name) !== undefined)) {
    await ports.queue.enqueue(deliverJob, { digestId: id, channel }, { tx, userId: r.userId });
  }
  return id;
};

const mailOf = (section: string, item: unknown) => {
  const kind = SECTIONS.find((s) => s.name === section);
  return kind?.mailOf?.(item as never);
};
