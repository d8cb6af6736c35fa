import type { ParsedMail } from './message.ts';

/** Raw messages, end to end in one buffer, so that they cross to the thread without a copy. */
export interface ParseRequest {
  batch: number;
  bytes: ArrayBuffer;
  lengths: number[];
}

export interface ParseReply {
  batch: number;
  mails: ParsedMail[];
}

/** Places in the shared numbers that say what the thread is at, readable from outside also when it hangs or died. */
export const PROGRESS = { started: 0, batch: 1, index: 2, length: 3 } as const;
