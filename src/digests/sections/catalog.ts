import { counts } from './counts.ts';
import { done } from './done.ts';
import { unread } from './unread.ts';
import { waiting } from './waiting.ts';

/** Every section, in the order in which a digest shows them. */
export const SECTIONS = [unread, waiting, done, counts] as const;

export type SectionName = (typeof SECTIONS)[number]['name'];
