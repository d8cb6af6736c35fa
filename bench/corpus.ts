/**
 * Writes a large made-up mailbox as one mboxrd file: `node bench/corpus.ts FILE --bytes 1GB | --messages N [--seed S]`.
 * The same seed and length give the same bytes. Memory stays constant, whatever the length.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '#std/random.ts';
import { MessageMaker } from './corpus-message.ts';
import { makeMaterial } from './corpus-text.ts';

const BLOCK_BYTES = 4 * 1024 * 1024;
const UNITS: Record<string, number> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

export interface CorpusLength {
  /** Stops after the message that reaches this many bytes. */
  bytes?: number;
  messages?: number;
  seed?: number;
}

/** Gathers small pieces into large writes. */
const blockWriter = (fd: number) => {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let used = 0;
  const flush = (): void => {
    for (let at = 0; at < used; ) at += writeSync(fd, block, at, used - at);
    used = 0;
  };
  const write = (piece: Buffer): void => {
    for (let at = 0; at < piece.length; ) {
      const copied = piece.copy(block, used, at);
      used += copied;
      at += copied;
      if (used === BLOCK_BYTES) flush();
    }
  };
  return { write, flush };
};

/** Returns how many messages and bytes were written. */
export const writeCorpus = (file: string, length: CorpusLength): { messages: number; bytes: number } => {
  const random = seededRandom(length.seed ?? 1);
  const maker = new MessageMaker(random, makeMaterial(random));
  const fd = openSync(file, 'w');
  const out = blockWriter(fd);
  let messages = 0;
  let bytes = 0;
  try {
    while (
      bytes < (length.bytes ?? Number.POSITIVE_INFINITY) &&
      messages < (length.messages ?? Number.POSITIVE_INFINITY)
    ) {
      for (const piece of maker.next()) {
        out.write(piece);
        bytes += piece.length;
      }
      messages++;
    }
    out.flush();
  } finally {
    closeSync(fd);
  }
  return { messages, bytes };
};

const sizeOf = (text: string): number => {
  const [, digits = '', unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([kmg]?b)?$/i.exec(text) ?? [];
  const size = Number.parseFloat(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (!(size > 0)) throw new Error(`--bytes ${text}: write a size such as 500MB or 1GB`);
  return size;
};

const main = (): void => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { bytes: { type: 'string' }, messages: { type: 'string' }, seed: { type: 'string' } },
  });
  const [file] = positionals;
  const wanted = Number(values.messages ?? Number.NaN);
  if (file === undefined || (values.bytes === undefined && !(wanted > 0)))
    throw new Error('usage: node bench/corpus.ts FILE --bytes 1GB | --messages N [--seed S]');
  const started = performance.now();
  const done = writeCorpus(file, {
    ...(values.bytes === undefined ? {} : { bytes: sizeOf(values.bytes) }),
    ...(wanted > 0 ? { messages: wanted } : {}),
    seed: Number(values.seed ?? 1),
  });
  const seconds = (performance.now() - started) / 1000;
  const rate = Math.round(done.bytes / 1e6 / seconds);
  console.log(`${done.messages} messages, ${done.bytes} bytes in ${seconds.toFixed(1)} s (${rate} MB/s)`);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
