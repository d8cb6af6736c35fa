import type { FailureKind, JobState } from './job.ts';

export interface ModelJob {
  id: string;
  state: JobState;
  priority: number;
  dueMs: number;
  attempts: number;
  maxAttempts: number;
  idempotency: string | null;
  singleton: string | null;
  serial: string | null;
  failure: FailureKind | null;
  beatMs: number | null;
  /** Which claim holds it. */
  claim: number | null;
}

export type ModelEnding =
  | { to: 'completed' | 'canceled' }
  | { to: 'failed'; kind: FailureKind }
  | { to: 'queued'; atMs: number; counted: boolean };

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

  enqueue(job: ModelJob): string {
    const same = this.jobs.find((j) => job.idempotency !== null && j.idempotency === job.idempotency);
    const found = same ?? this.#waits(job.singleton);
    if (!found) this.jobs.push(job);
    return (found ?? job).id;
  }

  claim(limit: number, nowMs: number): ModelJob[] {
    const due = this.jobs.filter((j) => j.state === 'queued' && j.dueMs <= nowMs);
    due.sort((a, b) => a.priority - b.priority || a.dueMs - b.dueMs || (a.id < b.id ? -1 : 1));
    const claim = ++this.#claims;
    const taken: ModelJob[] = [];
    for (const job of due) {
      const held = this.jobs.some(
        (j) => job.serial !== null && j.serial === job.serial && j.state === 'running',
      );
      if (held || taken.length === limit) continue;
      Object.assign(job, { state: 'running', attempts: job.attempts + 1, beatMs: nowMs, claim });
      taken.push(job);
    }
    return taken;
  }

  /** False when this claim no longer holds the job. */
  settle(id: string, claim: number | null, ending: ModelEnding): boolean {
    const job = this.#find(id);
    if (job?.state !== 'running' || job.claim !== claim) return false;
    Object.assign(job, { claim: null, beatMs: null });
    if (ending.to === 'queued') this.#requeue(job, ending.atMs, ending.counted ? 0 : 1);
    else job.state = ending.to;
    if (ending.to === 'failed') job.failure = ending.kind;
    return true;
  }

  #requeue(job: ModelJob, atMs: number, uncounted: number): void {
    if (this.#waits(job.singleton)) job.singleton = null;
    Object.assign(job, { state: 'queued', dueMs: atMs, attempts: job.attempts - uncounted });
  }

  cancel(id: string): boolean {
    const job = this.#find(id);
    if (job?.state !== 'queued' && job?.state !== 'running') return false;
    Object.assign(job, { state: 'canceled', beatMs: null });
    return true;
  }

  retry(id: string, nowMs: number): boolean {
    const job = this.#find(id);
    if (job?.state !== 'failed' && job?.state !== 'canceled') return false;
    this.#requeue(job, nowMs, job.attempts);
    Object.assign(job, { failure: null, claim: null });
    return true;
  }

  reschedule(id: string, dueMs: number): boolean {
    const job = this.#find(id);
    if (job?.state !== 'queued') return false;
    job.dueMs = dueMs;
    return true;
  }

  discard(id: string): boolean {
    const job = this.#find(id);
    if (!job || job.state === 'running') return false;
    this.jobs = this.jobs.filter((j) => j !== job);
    return true;
  }

  heartbeat(id: string, claim: number | null, nowMs: number): boolean {
    const job = this.#find(id);
    if (job?.state !== 'running' || job.claim !== claim) return false;
    job.beatMs = nowMs;
    return true;
  }

  stale(beforeMs: number): ModelJob[] {
    return this.jobs.filter((j) => j.state === 'running' && j.beatMs !== null && j.beatMs < beforeMs);
  }
}
