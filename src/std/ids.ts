import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** UUIDv7 (RFC 9562 §5.7) as text: sorts by time, and within a millisecond by order of making. */
export type NewId = () => string;

/** Three digits for each twelve bits. */
const HEX = Array.from({ length: 0x1000 }, (_, n) => n.toString(16).padStart(3, '0'));

const timePrefix = (ms: number): string => {
  const time = ms.toString(16).padStart(12, '0');
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
    const a = Math.floor(random.next() * 0x4000);
    const b = Math.floor(random.next() * 0x1000000);
    const c = Math.floor(random.next() * 0x1000000);
    const variant = '89ab'[a >> 12];
    return `${prefix}7${HEX[counter]}-${variant}${HEX[a & 0xfff]}-${HEX[b >> 12]}${HEX[b & 0xfff]}${HEX[c >> 12]}${HEX[c & 0xfff]}`;
  };
};

/** Text that sorts before every id made at that time or later, in milliseconds since 1970, and after all earlier ones. */
export const firstIdAt = (ms: number): string => timePrefix(Math.max(0, Math.trunc(ms)));
