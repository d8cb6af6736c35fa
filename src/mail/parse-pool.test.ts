import { expect, test } from 'vitest';
import { ManualClock, systemClock } from '#std/clock.ts';
import { parsePool } from './parse-pool.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const mail = (subject: string): Uint8Array => bytes(`Subject: ${subject}\r\n\r\nbody of ${subject}\r\n`);

// Stands in for the real thread, and misbehaves where a message says so.
const misbehaving = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, workerData } from 'node:worker_threads';
    const progress = new Int32Array(workerData.progress);
    parentPort.on('message', ({ batch, bytes, lengths }) => {
      let at = 0;
      const mails = lengths.map((length, index) => {
        progress[1] = batch; progress[2] = index; progress[0]++;
        const text = Buffer.from(bytes, at, length).toString();
        at += length;
        if (text.includes('SPIN')) for (;;);
        if (text.includes('EAT')) { const all = []; for (;;) all.push(new Array(10000).fill({ a: [] })); }
        if (text.includes('THROW')) throw new Error('broken');
        if (text.includes('EXIT')) process.exit(3);
        return { subject: text.split('\\r\\n')[0].slice(9), notes: [] };
      });
      parentPort.postMessage({ batch, mails });
    });
  `)}`,
);

test('messages come back in order, also of batches that are in flight together', async () => {
  const pool = parsePool({ clock: systemClock, workers: 2 });
  const batches = [0, 1, 2, 3].map((b) => Array.from({ length: 20 }, (_, i) => mail(`${b}-${i}`)));
  const answers = await Promise.all([...batches.map((raws) => pool.parse(raws)), pool.parse([])]);
  await pool.close();
  expect(answers.map((mails) => mails.map((m) => m.reveal().subject))).toEqual([
    ...batches.map((raws, b) => raws.map((_, i) => `${b}-${i}`)),
    [],
  ]);
});

test('the bytes given stay whole, and a view of a larger buffer is read as what it is', async () => {
  const pool = parsePool({ clock: systemClock });
  const large = mail('one two three');
  const view = large.subarray(0, large.length - 4);
  const [read] = await pool.parse([view]);
  await pool.close();
  expect(read?.reveal().text.trim()).toBe('body of one two thr');
  expect(large).toEqual(mail('one two three'));
});

// Only who spins shall run out of time, however busy the machine.
test.each([
  ['SPIN', 1_500, /too long/],
  ['EAT', 15_000, /too much memory/],
  ['THROW', 15_000, /could not be read/],
  ['EXIT', 15_000, /could not be read/],
])(
  'a message that makes its thread %s becomes an envelope, and the others are read',
  async (poison, messageMs, note) => {
    const pool = parsePool({ clock: systemClock, messageMs, script: misbehaving });
    const next = pool.parse([mail('a'), mail(poison), mail('b'), mail(`${poison} again`)]);
    const other = pool.parse([mail('c')]);
    const answers = [...(await next), ...(await other)].map((m) => m.reveal());
    await pool.close();
    expect(answers.map((m) => m.subject)).toEqual(['a', poison, 'b', `${poison} again`, 'c']);
    expect(answers.map((m) => m.notes.some((n) => note.test(n)))).toEqual([false, true, false, true, false]);
  },
);

test('a thread that never starts is told, after a few tries', async () => {
  const script = new URL('data:text/javascript,throw new Error("no")');
  const pool = parsePool({ clock: systemClock, script });
  await expect(pool.parse([mail('a')])).rejects.toMatchObject({ code: 'mail.parser-down' });
  await pool.close();
});

test('a thread that was let go for want of work is started again', async () => {
  const clock = new ManualClock();
  const pool = parsePool({ clock });
  await pool.parse([mail('a')]);
  clock.advance(60_000);
  const [again] = await pool.parse([mail('b')]);
  expect(again?.reveal().subject).toBe('b');
  await pool.close();
});

test('what waits when the pool is closed is told so', async () => {
  const pool = parsePool({ clock: systemClock });
  const waiting = pool.parse([mail('a')]);
  const closing = pool.close();
  await expect(waiting).rejects.toMatchObject({ code: 'mail.parser-closed' });
  await closing;
  await expect(pool.parse([mail('b')])).rejects.toMatchObject({ code: 'mail.parser-closed' });
});
