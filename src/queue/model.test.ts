import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryDatabase, testDatabase } from '#test/kit/databases.ts';
import { Model, type ModelJob, type ModelNew, type ModelRoom } from './model.suite.ts';
import { sameAsModel } from './model-twins.suite.ts';

onEveryDatabase('The queue', (fresh, kind) => {
  const runs = { memory: 60, file: 15, postgres: 5, remote: 2 }[kind];
  test('does what a list and loops would do, whatever is done to it in whatever order', async () => {
    await using t = await fresh();
    await fc.assert(sameAsModel(t, { maxCommands: 80 }), { numRuns: runs });
  }, 90_000);
});

class IgnoresSerial extends Model {
  override claim(room: ModelRoom, nowMs: number): ModelJob[] {
    for (const job of this.jobs) job.serial &&= `${job.serial}${job.id}`;
    return super.claim(room, nowMs);
  }
}

class IgnoresFairness extends Model {
  override enqueue(all: readonly ModelNew[], nowMs: number): string[] {
    return super.enqueue(
      all.map((job) => ({ ...job, fair: null })),
      nowMs,
    );
  }
}

class KeepsAttempts extends Model {
  override retry(id: string, nowMs: number): boolean {
    const attempts = this.jobs.find((j) => j.id === id)?.attempts ?? 0;
    const done = super.retry(id, nowMs);
    for (const job of this.jobs) if (done && job.id === id) job.attempts = attempts;
    return done;
  }
}

class ForgetsFencing extends Model {
  override holds(id: string): boolean {
    return this.jobs.some((j) => j.id === id && j.state === 'running');
  }
}

class BlamesAll extends Model {
  override toBlame(stale: readonly ModelJob[]): Map<ModelJob, number> {
    return new Map(stale.map((job) => [job, 1]));
  }
}

test.each([IgnoresSerial, IgnoresFairness, KeepsAttempts, ForgetsFencing, BlamesAll])(
  'a difference is found, and told in at most ten steps: %o',
  async (Other) => {
    await using t = await testDatabase('memory');
    const property = sameAsModel(t, { maxCommands: 80, model: () => new Other() });
    const found = await fc.check(property, { numRuns: 500, seed: 1 });
    expect(found.failed).toBe(true);
    const [shrunk] = found.counterexample ?? [];
    expect([...(shrunk ?? [])].length).toBeLessThanOrEqual(10);
  },
  90_000,
);
