import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs, pause } from './subject.ts';

/** A measurement during which other programs used more than this share of the machine is repeated. */
export const NOISY = 0.6;
const WAIT_MS = 4_000;
const LOOK_MS = 250;

interface Ticks {
  busy: number;
  all: number;
  own: number;
}

const fieldsOf = (pid: string): string[] => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
};

const ticksOf = (fields: readonly string[]): number =>
  [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0);

/** Of this process and all that came of it, the ended ones included. */
const ownTicks = (): number => {
  const children = new Map<string, string[]>();
  for (const pid of readdirSync('/proc')) {
    const parent = /^\d+$/.test(pid) ? fieldsOf(pid)[1] : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const sum = (pid: string): number =>
    (children.get(pid) ?? []).reduce((all, child) => all + sum(child), ticksOf(fieldsOf(pid)));
  return sum(String(process.pid));
};

export const ticks = (): Ticks => {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, idle = 0, io = 0, irq = 0, soft = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const busy = user + nice + system + irq + soft + steal;
  return { busy, all: busy + idle + io, own: ownTicks() };
};

/** The share of the machine that other programs used in between, 0 to 1. */
export const othersBetween = (a: Ticks, b: Ticks): number => {
  const others = b.busy - a.busy - (b.own - a.own);
  return Math.max(0, Math.min(1, others / Math.max(1, b.all - a.all)));
};

/** Waits for a quiet moment, for a few seconds at most. */
export const quietMoment = async (): Promise<void> => {
  const end = nowMs() + WAIT_MS;
  for (;;) {
    const before = ticks();
    await pause(LOOK_MS);
    if (othersBetween(before, ticks()) < NOISY * 0.9 || nowMs() > end) return;
  }
};

const SYNCS = 20;

/** How many small writes a second the disk makes durable just now, one after another. */
export const syncsPerSecond = (dir: string): number => {
  const file = join(dir, 'sync-probe');
  const fd = openSync(file, 'w');
  const start = nowMs();
  for (let i = 0; i < SYNCS; i++) {
    writeSync(fd, 'x'.repeat(4096));
    fsyncSync(fd);
  }
  const rate = (SYNCS * 1000) / (nowMs() - start);
  closeSync(fd);
  rmSync(file);
  return rate;
};
