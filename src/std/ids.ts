import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** UUIDv7 (RFC 9562 §5.7) as text: sorts by time, and within a millisecond by order of making. */
export type NewId = () => string;

const hex = (n: number, width: number): string => n.toString(16).padStart(width, '0');

const timePrefix = (ms: number): string => {
  const time = hex(ms, 12);
  return `${time.slice(0, 8)}-${time.slice(8)}-`;
};

/** Ids of one generator never go backwards, even when the clock does: the 12-bit counter carries into the time. */
export const idMaker = (clock: Clock, random: Random): NewId => {
  let last = 0;
  let counter = 0;
  let prefix = timePrefix(0);
  return () => {
    const now = clock.ms();
    const before = last;
    if (now > last) {
      last = now;
      counter = Math.floor(random.next() * 0x400);
    } else if (++counter > 0xfff) {
      last++;
      counter = 0;
    }
    if (last !== before) prefix = timePrefix(last);
    const a = Math.floor(random.next() * 0x4000) | 0x8000;
    const b = Math.floor(random.next() * 0x1000000);
    const c = Math.floor(random.next() * 0x1000000);
    return `${prefix}7${hex(counter, 3)}-${hex(a, 4)}-${hex(b, 6)}${hex(c, 6)}`;
  };
};

/** Text that sorts before every id made at that time or later, in milliseconds since 1970, and after all earlier ones. */
export const firstIdAt = (ms: number): string => timePrefix(Math.max(0, Math.trunc(ms)));
