import { GMAIL_LARGE_READS, GMAIL_SMALL_BYTES } from '#config/limits-gmail.ts';
import { limiter } from './limiter.ts';

/** Of the whole process, as its memory is. */
const largeInTurn = limiter(GMAIL_LARGE_READS);

/** Thrown when a body is longer than it may be. */
export class BodyTooLarge extends Error {}

/**
 * Reads a body to its end, unpacked as `fetch` does it, and stops as soon as it is larger than `max` bytes: what is packed
 * is unpacked no further than that. Only few that are not small are read at the same time, however many calls there are.
 */
export const boundedBody = async (response: Response, max: number): Promise<Buffer> => {
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > max) {
    await response.body?.cancel();
    throw new BodyTooLarge(`${declared} bytes`);
  }
  if (!response.body) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = response.body.getReader();
  /** Whether that was all. */
  const readPast = async (bytes: number): Promise<boolean> => {
    while (size <= bytes) {
      const { done, value } = await stream.read();
      if (done) return true;
      size += value.length;
      chunks.push(value);
    }
    return false;
  };
  const isWhole =
    (await readPast(Math.min(GMAIL_SMALL_BYTES, max))) || (await largeInTurn(() => readPast(max)));
  if (!isWhole) {
    await stream.cancel();
    throw new BodyTooLarge(`more than ${max} bytes`);
  }
  return chunks.length === 1 && chunks[0]
    ? Buffer.from(chunks[0].buffer, chunks[0].byteOffset, size)
    : Buffer.concat(chunks, size);
};
