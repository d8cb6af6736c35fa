/** Thrown when a body is longer than it may be. */
export class BodyTooLarge extends Error {}

/**
 * Reads a body to its end, unpacked as `fetch` does it, and stops as soon as it is larger than `max` bytes: what is packed
 * is unpacked no further than that.
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
  for await (const chunk of response.body) {
    size += chunk.length;
    // Leaving the loop cancels the stream.
    if (size > max) throw new BodyTooLarge(`more than ${max} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0]
    ? Buffer.from(chunks[0].buffer, chunks[0].byteOffset, size)
    : Buffer.concat(chunks, size);
};
