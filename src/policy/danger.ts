/**
 * How much an action can hurt, mildest first: `safe` is seen at once and taken back; `leaves_inbox` is taken back too, but the
 * reader may miss the message; `dangerous` reaches other people or can't be taken back.
 */
export const DANGERS = ['safe', 'leaves_inbox', 'dangerous'] as const;
export type Danger = (typeof DANGERS)[number];

export const atLeast = (danger: Danger, level: Danger): boolean =>
  DANGERS.indexOf(danger) >= DANGERS.indexOf(level);
