import type { Message, Thread } from '#lib/api/types.ts';

/** The newest message of somebody else, for nobody answers himself; in a thread of one's own mail only, the newest. */
export const answered = (thread: Thread, ownAddress: string | undefined): Message | undefined => {
  const own = ownAddress?.toLowerCase();
  const others = thread.messages.filter((message) => message.from.address.toLowerCase() !== own);
  return others.at(-1) ?? thread.messages.at(-1);
};
