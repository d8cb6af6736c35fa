/** Jobs that can be on it at a time, and bytes for each: more are left out, and longer names are cut. */
const SLOTS = 64;
const SLOT_BYTES = 128;
const BEAT = 0;
const CLOSED = 1;
const HEAD_BYTES = 8;

export const BOARD_BYTES = HEAD_BYTES + SLOTS * SLOT_BYTES;

/** What a process shows to the thread that watches it, in memory that both see: that it moves, and which jobs it runs. */
export interface Board {
  beat(): void;
  /** Counts beats. */
  beats(): number;
  /** Returns what takes the job off again. */
  enter(job: string): () => void;
  jobs(): string[];
  close(): void;
  /** Blocks this thread for that long. True once the board is closed. */
  waitClosed(ms: number): boolean;
}

export const boardIn = (shared: SharedArrayBuffer): Board => {
  const head = new Int32Array(shared, 0, 2);
  const text = Buffer.from(shared, HEAD_BYTES);
  const free = Array.from({ length: SLOTS }, (_, slot) => slot);
  return {
    beat: () => void Atomics.add(head, BEAT, 1),
    beats: () => Atomics.load(head, BEAT),
    enter: (job) => {
      const slot = free.pop();
      if (slot === undefined) return () => {};
      const at = slot * SLOT_BYTES;
      text.fill(0, at, at + SLOT_BYTES);
      text.write(job, at, SLOT_BYTES);
      return () => {
        text[at] = 0;
        free.push(slot);
      };
    },
    jobs: () => {
      const jobs: string[] = [];
      for (let at = 0; at < SLOTS * SLOT_BYTES; at += SLOT_BYTES) {
        const slot = text.subarray(at, at + SLOT_BYTES);
        const end = slot.indexOf(0);
        if (slot[0] !== 0) jobs.push(slot.toString('utf8', 0, end < 0 ? SLOT_BYTES : end));
      }
      return jobs;
    },
    close: () => {
      Atomics.store(head, CLOSED, 1);
      Atomics.notify(head, CLOSED);
    },
    waitClosed: (ms) => {
      Atomics.wait(head, CLOSED, 0, ms);
      return Atomics.load(head, CLOSED) === 1;
    },
  };
};
