import type { TrialRun } from '#test/torture/trial.ts';
import { type Child, startChild } from './child.ts';
import { type Place, placeText } from './installation.ts';
import { until } from './until.ts';

/** Worker processes on one database, where each that dies is started again, as a supervisor does. */
export interface Crew {
  /** How many were killed, and how many ended by themselves. */
  readonly kills: number;
  readonly falls: number;
  /** Kills a random one that works. Resolves when it is dead. */
  kill(): Promise<void>;
  /** Sends a signal to all, none of which is started again. */
  signal(signal: NodeJS.Signals): void;
  /** Lets all end well, for good. Resolves with how they ended. */
  stop(): Promise<(number | NodeJS.Signals)[]>;
}

/** Workers that fall more often than this cannot work at all. */
const MOST_FALLS = 50;

/** Milliseconds that a worker may take to start on a busy machine. */
const READY_MS = 60_000;

const WORKER = new URL('./worker.child.ts', import.meta.url);

interface CrewOptions {
  size: number;
  options?: Record<string, unknown>;
  entry?: URL;
  execArgv?: readonly string[];
  /** Workers that end by themselves are part of the trial. */
  quiet?: boolean;
}

export const startCrew = async (t: TrialRun, place: Place, o: CrewOptions): Promise<Crew> => {
  const members: { child: Child; ready: boolean }[] = [];
  let kills = 0;
  let falls = 0;
  let over = false;
  const hire = (at: number): Promise<void> => {
    const child = startChild(t, o.entry ?? WORKER, {
      args: [placeText(place), JSON.stringify(o.options ?? {})],
      ...(o.execArgv ? { execArgv: o.execArgv } : {}),
    });
    const member = { child, ready: false };
    members[at] = member;
    let killed = false;
    const { kill } = child;
    child.kill = (signal) => {
      killed ||= signal === 'SIGKILL';
      kill(signal);
    };
    void child.ended.then((how) => {
      if (over || t.signal.aborted) return;
      if (!killed) {
        if (++falls <= 3 && !o.quiet) t.note(`a worker ended with ${how}: ${child.stderr().slice(-1_000)}`);
      }
      if (falls < MOST_FALLS) void hire(at);
    });
    return child.next().then(
      () => {
        member.ready = true;
      },
      () => {},
    );
  };
  await Promise.all(Array.from({ length: o.size }, (_, at) => hire(at)));
  return {
    get kills() {
      return kills;
    },
    get falls() {
      return falls;
    },
    kill: async () => {
      const ready = () => members.filter((one) => one.ready && one.child.alive);
      await until(t, READY_MS, async () => ready().length > 0);
      const victim = ready()[Math.floor(t.random.next() * ready().length)];
      if (!victim) throw new Error('no worker gets ready to work');
      kills++;
      victim.child.kill('SIGKILL');
      await victim.child.ended;
    },
    signal: (signal) => {
      over = true;
      for (const { child } of members) child.kill(signal);
    },
    stop: () => {
      over = true;
      for (const { child } of members) child.send('stop');
      return Promise.all(members.map(({ child }) => child.ended));
    },
  };
};
