import { api } from './api/client.ts';
import { live } from './live.svelte.ts';

/** A schedule is late by the clock alone, so it is asked for now and then even when nothing is told. */
const LOOK_MS = 60_000;

/** What needs somebody: dead letters and schedules that are late. Every page may warn of it. */
class Trouble {
  dead = $state(0);
  moreDead = $state(false);
  overdue = $state(0);
  /** How long the oldest due job has waited, in seconds; null when none waits. */
  oldestDue = $state<number | null>(null);

  start(): () => void {
    const look = () => {
      if (!document.hidden) void this.#look();
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    const stop = live.on(['jobs'], look);
    return () => {
      clearInterval(timer);
      stop();
    };
  }

  // A failure here leaves the last word standing; the page in front tells the person what is wrong.
  async #look(): Promise<void> {
    try {
      const [stats, schedules] = await Promise.all([api.jobStats(), api.schedules()]);
      this.dead = stats.failed;
      this.moreDead = stats.more.includes('failed');
      this.oldestDue = stats.oldestDueSeconds;
      this.overdue = schedules.items.filter((schedule) => schedule.overdue).length;
    } catch {}
  }
}

export const trouble = new Trouble();
