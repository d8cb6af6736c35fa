import type { Clock } from '#std/clock.ts';
import { type Instant, toInstant } from '#std/time.ts';
import type { World } from './world.ts';

/** What a call answers that a machine made before it died: nothing, ever. */
const silence = <T>(): Promise<T> => new Promise<T>(() => {});

/** One process on one machine: it can be paused, it can die, and its clock may say anything. */
export class Machine implements Clock {
  readonly name: string;
  dead = false;
  /** Milliseconds by which its clock is ahead of the calendar; NaN: it stands still. */
  aheadMs = 0;
  /** Since when it has had no trouble: no pause, no refused call. */
  soundSinceMs = 0;
  #wokeMs = Number.NEGATIVE_INFINITY;
  readonly #world: World;
  readonly #calendar: () => number;
  #paused = false;
  #stoodAt = 0;
  #onWake: (() => void)[] = [];

  constructor(name: string, world: World, calendar: () => number) {
    this.name = name;
    this.#world = world;
    this.#calendar = calendar;
    this.soundSinceMs = world.ms;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Sound at least for this long. */
  soundFor(ms: number): boolean {
    return !this.dead && !this.#paused && this.#world.ms - this.soundSinceMs >= ms;
  }

  /** At this very moment: what it was told before it fell asleep may be old, and it had no chance to ask again. */
  get justWoke(): boolean {
    return this.#world.ms === this.#wokeMs;
  }

  trouble(): void {
    this.soundSinceMs = this.#world.ms;
  }

  kill(): void {
    if (this.dead) return;
    this.dead = true;
    this.#onWake = [];
    this.#world.say(`${this.name} dies`);
  }

  pause(): void {
    if (this.dead || this.#paused) return;
    this.#paused = true;
    this.#world.say(`${this.name} pauses`);
  }

  wake(): void {
    if (this.dead || !this.#paused) return;
    this.#paused = false;
    this.#wokeMs = this.#world.ms;
    this.trouble();
    this.#world.say(`${this.name} wakes`);
    for (const fn of this.#onWake.splice(0)) fn();
  }

  /** Sets the clock; `stands`: and it goes no further. */
  setClock(aheadMs: number, stands = false): void {
    this.#stoodAt = this.#calendar() + aheadMs;
    this.aheadMs = stands ? Number.NaN : aheadMs;
    this.#world.say(`${this.name} clock ${stands ? 'stands' : aheadMs}`);
  }

  /** Takes the clock of the host that it starts on. */
  inherit(aheadMs: number, standsAt: number | null): void {
    this.aheadMs = standsAt === null ? aheadMs : Number.NaN;
    this.#stoodAt = standsAt ?? 0;
  }

  /** Resolves when the machine is there to go on: at once, after its pause, or never. */
  here(): Promise<void> {
    if (this.dead) return silence();
    if (!this.#paused) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onWake.push(() => {
        if (!this.dead) resolve();
      });
    });
  }

  ms(): number {
    return Number.isNaN(this.aheadMs) ? this.#stoodAt : this.#calendar() + this.aheadMs;
  }

  now(): Instant {
    return toInstant(this.ms());
  }

  after(ms: number, fn: () => void): () => void {
    let canceled = false;
    const cancel = this.#world.after(ms, () => {
      if (!this.#paused) this.#run(fn);
      else {
        this.#onWake.push(() => {
          if (!canceled) this.#run(fn);
        });
      }
    });
    return () => {
      canceled = true;
      cancel();
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const cancel = this.after(ms, resolve);
      signal?.addEventListener(
        'abort',
        () => {
          cancel();
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  #run(fn: () => void): void {
    if (!this.dead) fn();
  }
}
