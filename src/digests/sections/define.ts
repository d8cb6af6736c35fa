import { z } from 'zod';
import type { Db } from '#db/db.ts';
import type { Window } from '#digests/window.ts';

/** What a section may read while it collects. Nothing here changes anything. */
export interface SectionContext {
  db: Db;
  userId: string;
  window: Window;
}

/** What one section found. */
export interface Collected<Item> {
  items: Item[];
  /** How many there were in all, in the section's own unit. */
  total: number;
  /** How many items were left out because there were too many. */
  more: number;
}

const whole = z.number().int().min(0);

/** One part of a digest: what it shows, how that is found, and how it reads as plain text. */
export interface SectionSpec<Name extends string, Item extends z.ZodType> {
  name: Name;
  /** What stands above it. */
  title: string;
  /** What the section shows, for the published schema. */
  description: string;
  item: Item;
  /** Messages to be shown come in with the window; all else is looked up. */
  collect(ctx: SectionContext): Promise<Collected<z.output<Item>>>;
  /** Lines of plain text for one item, without line breaks in them. */
  lines(item: z.output<Item>, o: { timeZone: string }): string[];
  /** One line of plain text below its items: what can be done about them. */
  hint?(digest: { from: string }): string;
  /** Which mail an item is about, so that it can be found by it. */
  mailOf?(item: z.output<Item>): { messageId: string; threadId: string };
  /**
   * Whether it tells what the digest before did not. Where no section does, a digest that somebody asks for is not made, and
   * the one before is shown.
   */
  isNews?(items: readonly z.output<Item>[], before: readonly z.output<Item>[]): boolean;
  /** Seconds that reading what it shows takes. */
  readingSeconds?(items: readonly z.output<Item>[]): number;
}

/** One part of a digest: list it in `catalog.ts`. */
export const defineSection = <const Name extends string, Item extends z.ZodType>(
  spec: SectionSpec<Name, Item>,
) => ({
  ...spec,
  shape: z
    .strictObject({
      section: z.literal(spec.name),
      items: z.array(spec.item),
      total: whole.describe('How many there were in all.'),
      more: whole.describe('Items that were left out because there were too many.'),
    })
    .describe(spec.description),
});
