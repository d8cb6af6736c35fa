import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NOISY, othersBetween, quietMoment, syncsPerSecond, ticks } from './noise.ts';
import type { Measurement } from './plan.ts';
import { emptyRedis, freshDatabase, type Servers, settleDatabase } from './servers.ts';
import type { Subject, Surroundings } from './subject.ts';
import type { Answer, Task } from './task.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
/** Beyond what the task allows itself: opening, filling, closing. */
const GRACE_MS = 90_000;
const SEED_MS = 900_000;

/** One answer, and how disturbed it was. */
export interface Run extends Answer {
  /** The share of the machine that other programs used meanwhile. */
  others: number;
  /** Small durable writes a second just before. */
  syncs: number;
}

const runChild = (subject: Subject, task: Task, limitMs: number): Promise<Answer> =>
  new Promise((resolve) => {
    const program = subject.runtime ?? process.execPath;
    // A group of its own: whatever it started ends with it.
    const child = spawn(program, [CHILD, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const endAll = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    };
    const late = setTimeout(endAll, limitMs);
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      err = (err + String(chunk)).slice(0, 2_000);
    });
    child.once('close', () => {
      clearTimeout(late);
      endAll();
      const line = out.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) resolve(JSON.parse(line) as Answer);
      else resolve({ error: err.trim().split('\n').slice(0, 3).join(' ') || 'no answer' });
    });
  });

/** Gives each measurement a store as new, or a copy of one that was filled before. */
export class Bench {
  readonly #dir: string;
  readonly #servers: Servers;
  readonly #patient: boolean;
  readonly #filled = new Set<string>();

  /** `patient`: waits for quiet moments, and measures again where one did not last. */
  constructor(o: { dir: string; servers: Servers; patient: boolean }) {
    this.#dir = o.dir;
    this.#servers = o.servers;
    this.#patient = o.patient;
  }

  /** Once more when other programs took most of the machine meanwhile; the quieter run counts. */
  async measure(subject: Subject, m: Measurement): Promise<Run> {
    const first = await this.#once(subject, m);
    if (first.others <= NOISY || !this.#patient) return first;
    const second = await this.#once(subject, m);
    return second.others < first.others ? second : first;
  }

  async #once(subject: Subject, m: Measurement): Promise<Run> {
    const where = await this.#freshStore(subject, m);
    const task: Task = { ...m.task, subject: subject.id, where };
    spawnSync('sync');
    if (this.#patient) await quietMoment();
    const syncs = syncsPerSecond(where.dir);
    const before = ticks();
    const answer = await runChild(subject, task, task.cap * 2_000 + GRACE_MS);
    return { ...answer, others: othersBetween(before, ticks()), syncs };
  }

  async #freshStore(subject: Subject, m: Measurement): Promise<Surroundings> {
    const { postgres, redisPort } = this.#servers;
    const dir = join(this.#dir, 'run');
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    const where = { dir, postgresUrl: '', redisPort };
    const { finished, delayed } = m.task.seed;
    const seeded = finished + delayed > 0;
    const template = `${subject.id}-${finished}-${delayed}`;
    if (subject.store === 'redis') await emptyRedis(redisPort);
    if (subject.store === 'postgres' && postgres !== null) {
      if (!this.#filled.has(template)) {
        const url = await freshDatabase(postgres, template);
        await this.#fill(subject, m, { ...where, postgresUrl: url });
        await settleDatabase(url);
      }
      where.postgresUrl = await freshDatabase(postgres, 'run', template);
    } else if (subject.store === 'file' && seeded) {
      const from = join(this.#dir, template);
      if (!this.#filled.has(template)) {
        if (!existsSync(from)) mkdirSync(from);
        await this.#fill(subject, m, { ...where, dir: from });
      }
      cpSync(from, dir, { recursive: true });
    }
    this.#filled.add(template);
    return where;
  }

  async #fill(subject: Subject, m: Measurement, where: Surroundings): Promise<void> {
    const task: Task = { ...m.task, scenario: 'prepare', subject: subject.id, where };
    const { error } = await runChild(subject, task, SEED_MS);
    if (error !== undefined) throw new Error(`${subject.id} could not be made ready: ${error}`);
  }
}
