import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Random } from '#std/random.ts';

const ID_BYTES = 6;

const firstOf = (read: () => string): string => {
  try {
    return read().replaceAll(/[^\w.-]/g, '');
  } catch {
    return 'none';
  }
};

/**
 * Where a process id means something: the kernel since its last start and the namespace of process ids. Two containers
 * with the same host name, or two clones of one machine, differ here.
 */
const pidSpace = (): string => {
  const boot = firstOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')).slice(0, 13);
  return `${boot}.${firstOf(() => readlinkSync('/proc/self/ns/pid')).replace(/^pid/, '')}`;
};

const PLACE = `${hostname().replaceAll('/', '-')}/${pidSpace()}`;

/** `host/pid space/pid/random`. */
export const makeWorkerId = (random: Random): string =>
  `${PLACE}/${process.pid}/${Buffer.from(random.bytes(ID_BYTES)).toString('hex')}`;

/**
 * True only when the worker's process certainly is no more: it was on this machine, since this start of it, in our
 * namespace of process ids, and nothing answers to its id. Taking its jobs at once is safe even if this were wrong, since
 * a claim that was taken away can change nothing: its token no longer matches.
 */
export const isCertainlyDead = (workerId: string): boolean => {
  const at = workerId.lastIndexOf('/', workerId.lastIndexOf('/') - 1);
  const pid = Number(workerId.slice(at + 1, workerId.lastIndexOf('/')));
  if (workerId.slice(0, at) !== PLACE || PLACE.includes('none') || !Number.isInteger(pid) || pid <= 0)
    return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (e) {
    return (e as { code?: string }).code === 'ESRCH';
  }
};
