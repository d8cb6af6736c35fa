import type { FailureKind, JobState } from './job.ts';

export interface ModelJob {
  id: string;
  type: string;
  state: JobState;
  priority: number;
  madeMs: number;
  dueMs: number;
  /** Its place in line. */
  turnMs: number;
  /** Its time has come, and somebody has noticed. */
  ready: boolean;
  attempts: number;
  maxAttempts: number;
  idempotency: string | null;
  singleton: string | null;
  serial: string | null;
  fair: string | null;
  failure: FailureKind | null;
  beatMs: number | null;
  startedMs: number;
  endedMs: number | null;
  /** Times in a row that its worker was gone, as its last error tells. */
  deaths: number;
  /** Which claim holds it. */
  claim: number | null;
  /** By name, the attempt in which each was finished. */
  steps: Record<string, number>;
}

/** What somebody enqueues. */
export type ModelNew = Pick<
  ModelJob,
  'id' | 'type' | 'priority' | 'dueMs' | 'idempotency' | 'singleton' | 'serial' | 'fair'
>;

export type ModelEnding =
  | { to: 'completed' | 'canceled' | 'forgotten' }
  | { to: 'failed'; kind: FailureKind }
  | { to: 'queued'; atMs: number; counted: boolean };

export interface ModelRoom {
  limit: number;
  /** The most of each type. */
  rooms: Readonly<Record<string, number>>;
}

const MAX_ATTEMPTS = 3;

const before = (a: ModelJob, b: ModelJob): number =>
  a.priority - b.priority || a.turnMs - b.turnMs || (a.id < b.id ? -1 : 1);

/** What the queue should do, in the plainest words: a list and loops. */
export class Model {
  jobs: ModelJob[] = [];
  #claims = 0;

  #find(id: string): ModelJob | undefined {
    return this.jobs.find((j) => j.id === id);
  }

  #waits(singleton: string | null): ModelJob | undefined {
    return this.jobs.find((j) => singleton !== null && j.singleton === singleton && j.state === 'queued');
  }

  /** Behind the last of its own key, and not before whoever is next now. */
  #placeOf(job: Pick<ModelNew, 'type' | 'priority' | 'dueMs' | 'fair'>): number {
    const line = this.jobs.filter(
      (j) => j.state === 'queued' && j.type === job.type && j.priority === job.priority,
    );
    const first = Math.min(...line.filter((j) => j.ready).map((j) => j.turnMs));
    const last = Math.max(...line.filter((j) => j.fair === job.fair).map((j) => j.turnMs + 1));
    return job.fair === null || first === Number.POSITIVE_INFINITY ? job.dueMs : Math.max(first, last);
  }

  /** One after the other; `all` are of one type, priority and fair key. Returns the ids that stand for them. */
  enqueue(all: readonly ModelNew[], nowMs: number): string[] {
    const [some] = all;
    const place = some ? this.#placeOf(some) : 0;
    return all.map((given, i) => {
      const same = this.jobs.find((j) => given.idempotency !== null && j.idempotency === given.idempotency);
      const found = same ?? this.#waits(given.singleton);
      if (found) return found.id;
      this.jobs.push({
        ...given,
        state: 'queued',
        madeMs: nowMs,
        turnMs: given.fair === null ? given.dueMs : place + i,
        ready: given.dueMs <= nowMs,
        attempts: 0,
        maxAttempts: MAX_ATTEMPTS,
        failure: null,
        beatMs: null,
        startedMs: 0,
        endedMs: null,
        deaths: 0,
        claim: null,
        steps: {},
      });
      return given.id;
    });
  }

  claim({ limit, rooms }: ModelRoom, nowMs: number): ModelJob[] {
    for (const job of this.jobs) if (job.state === 'queued' && job.dueMs <= nowMs) job.ready = true;
    const line = this.jobs.filter((j) => j.state === 'queued' && j.ready).sort(before);
    const running = new Set(this.jobs.filter((j) => j.state === 'running').map((j) => j.serial));
    const seen = new Set<string>();
    const left = { ...rooms };
    const taken: ModelJob[] = [];
    for (const job of line) {
      const isFirst = job.serial === null || (!running.has(job.serial) && !seen.has(job.serial));
      if (job.serial !== null) seen.add(job.serial);
      if (!isFirst || taken.length >= limit || (left[job.type] ?? 0) <= 0) continue;
      left[job.type] = (left[job.type] ?? 0) - 1;
      taken.push(job);
    }
    const claim = ++this.#claims;
    for (const job of taken) {
      Object.assign(job, {
        state: 'running',
        attempts: job.attempts + 1,
        beatMs: nowMs,
        startedMs: nowMs,
        claim,
        ready: false,
      });
    }
    return taken;
  }

  holds(id: string, claim: number | null): boolean {
    const job = this.#find(id);
    return job?.state === 'running' && job.claim === claim;
  }

  /** False when this claim no longer holds the job. */
  settle(o: { id: string; claim: number | null; ending: ModelEnding }, nowMs: number): boolean {
    const job = this.#find(o.id);
    if (!job || !this.holds(o.id, o.claim)) return false;
    const { ending } = o;
    Object.assign(job, { claim: null, beatMs: null });
    if (ending.to === 'forgotten') this.#remove(job);
    else if (ending.to === 'queued') {
      const keepsPlace = job.fair !== null && !ending.counted;
      this.#requeue(job, { ...ending, uncounted: ending.counted ? 0 : 1, keepsPlace }, nowMs);
    } else Object.assign(job, { state: ending.to, endedMs: nowMs, deaths: 0 });
    if (ending.to === 'failed') job.failure = ending.kind;
    return true;
  }

  #requeue(job: ModelJob, o: { atMs: number; uncounted: number; keepsPlace: boolean }, nowMs: number): void {
    if (this.#waits(job.singleton)) job.singleton = null;
    Object.assign(job, {
      state: 'queued',
      dueMs: o.atMs,
      turnMs: o.keepsPlace ? job.turnMs : o.atMs,
      ready: o.atMs <= nowMs,
      attempts: job.attempts - o.uncounted,
    });
  }

  #remove(job: ModelJob): void {
    this.jobs = this.jobs.filter((j) => j !== job);
  }

  cancel(id: string, nowMs: number): boolean {
    const job = this.#find(id);
    if (job?.state !== 'queued' && job?.state !== 'running') return false;
    Object.assign(job, { state: 'canceled', beatMs: null, endedMs: nowMs });
    return true;
  }

  retry(id: string, nowMs: number): boolean {
    const job = this.#find(id);
    if (job?.state !== 'failed' && job?.state !== 'canceled') return false;
    this.#requeue(job, { atMs: nowMs, uncounted: job.attempts, keepsPlace: false }, nowMs);
    Object.assign(job, { failure: null, claim: null, endedMs: null });
    return true;
  }

  #dead(type: string): ModelJob[] {
    const dead = this.jobs.filter((j) => j.state === 'failed' && j.type === type);
    return dead.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The oldest first; those with a fair key get in line. Returns how many. */
  retryMany(type: string, nowMs: number): number {
    const dead = this.#dead(type);
    // Those that nothing can keep apart go together, before the others.
    const isPlain = (j: ModelJob) => j.fair === null && j.singleton === null;
    for (const job of [...dead.filter(isPlain), ...dead.filter((j) => !isPlain(j))]) {
      const turnMs = this.#placeOf({ ...job, dueMs: nowMs });
      this.retry(job.id, nowMs);
      job.turnMs = turnMs;
    }
    return dead.length;
  }

  discardMany(type: string): number {
    const dead = this.#dead(type);
    for (const job of dead) this.#remove(job);
    return dead.length;
  }

  reschedule(id: string, dueMs: number, nowMs: number): boolean {
    const job = this.#find(id);
    if (job?.state !== 'queued') return false;
    Object.assign(job, { dueMs, turnMs: dueMs, ready: dueMs <= nowMs });
    return true;
  }

  discard(id: string): boolean {
    const job = this.#find(id);
    if (!job || job.state === 'running') return false;
    this.#remove(job);
    return true;
  }

  heartbeat(o: { id: string; claim: number | null }, nowMs: number): boolean {
    const job = this.#find(o.id);
    if (!job || !this.holds(o.id, o.claim)) return false;
    job.beatMs = nowMs;
    return true;
  }

  /** Records a step, unless the claim is lost or the step is recorded. Returns the attempt that is on record. */
  step(o: { id: string; claim: number | null; name: string }): number | undefined {
    const job = this.#find(o.id);
    if (!job || !this.holds(o.id, o.claim)) return undefined;
    job.steps[o.name] ??= job.attempts;
    return job.steps[o.name];
  }

  stale(beforeMs: number): ModelJob[] {
    return this.jobs.filter((j) => j.state === 'running' && j.beatMs !== null && j.beatMs < beforeMs);
  }

  /**
   * Of jobs whose worker is gone, those that may have caused it, with how often in a row: the first that it began of those
   * that had lost a worker before, or all.
   */
  toBlame(stale: readonly ModelJob[]): Map<ModelJob, number> {
    const deathsBefore = (j: ModelJob) => Math.min(j.deaths, j.attempts - 1);
    const [suspect] = stale
      .filter((j) => deathsBefore(j) > 0)
      .sort((a, b) => a.startedMs - b.startedMs || before(a, b));
    return new Map((suspect ? [suspect] : stale).map((j) => [j, deathsBefore(j) + 1]));
  }

  /** Returns how many ended, and were made, longer ago than this. */
  prune(keep: { completedMs: number; failedMs: number }, nowMs: number): number {
    const madeBefore = nowMs - Math.min(keep.completedMs, keep.failedMs);
    const old = this.jobs.filter((j) => {
      const keptMs = j.state === 'failed' ? keep.failedMs : keep.completedMs;
      return j.madeMs < madeBefore && j.endedMs !== null && j.endedMs < nowMs - keptMs;
    });
    for (const job of old) this.#remove(job);
    return old.length;
  }
}
