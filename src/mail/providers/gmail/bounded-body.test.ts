import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { BodyTooLarge, boundedBody } from './bounded-body.ts';

/** A body that counts what was asked of it. */
const endless = (chunk: Uint8Array): { response: Response; given: () => number; canceled: () => boolean } => {
  let given = 0;
  let canceled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        given += chunk.length;
        controller.enqueue(chunk);
      },
      cancel: () => {
        canceled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { response: new Response(body), given: () => given, canceled: () => canceled };
};

test('a body without an end is read no further than its limit, and let go', async () => {
  const { response, given, canceled } = endless(new Uint8Array(10_000));
  await expect(boundedBody(response, 1_000_000)).rejects.toBeInstanceOf(BodyTooLarge);
  expect(given()).toBeLessThanOrEqual(1_030_000);
  expect(canceled()).toBe(true);
});

test('a packed body that unpacks to very much is unpacked no further', async () => {
  const packed = gzipSync(Buffer.alloc(50_000_000));
  const source = new Response(packed).body ?? new ReadableStream();
  const unpacked = source.pipeThrough(new DecompressionStream('gzip'));
  await expect(boundedBody(new Response(unpacked), 1_000_000)).rejects.toBeInstanceOf(BodyTooLarge);
});

test('a body that says that it is too long is not read', async () => {
  const { response, given } = endless(new Uint8Array(10));
  const headers = { 'content-length': '2000' };
  await expect(boundedBody(new Response(response.body, { headers }), 1_000)).rejects.toBeInstanceOf(
    BodyTooLarge,
  );
  expect(given()).toBe(0);
});

test('a body within its limit is read whole', async () => {
  expect((await boundedBody(new Response('hello'), 5)).toString()).toBe('hello');
  expect((await boundedBody(new Response(null), 5)).length).toBe(0);
});
