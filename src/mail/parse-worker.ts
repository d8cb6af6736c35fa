import { parentPort, workerData } from 'node:worker_threads';
import type { ParsedMail } from './message.ts';
import { parseMail } from './mime.ts';
import { type ParseReply, type ParseRequest, PROGRESS } from './parse-protocol.ts';

const read = async (request: ParseRequest, progress: Int32Array): Promise<ParseReply> => {
  const mails: ParsedMail[] = [];
  let at = 0;
  for (const [index, length] of request.lengths.entries()) {
    Atomics.store(progress, PROGRESS.batch, request.batch);
    Atomics.store(progress, PROGRESS.index, index);
    Atomics.add(progress, PROGRESS.started, 1);
    mails.push(await parseMail(new Uint8Array(request.bytes, at, length)));
    at += length;
  }
  return { batch: request.batch, mails };
};

if (parentPort) {
  const port = parentPort;
  const progress = new Int32Array(workerData.progress);
  let before: Promise<unknown> = Promise.resolve();
  port.on('message', (request: ParseRequest) => {
    // One after the other: what runs is what the shared numbers say.
    before = before.then(async () => port.postMessage(await read(request, progress)));
  });
}
