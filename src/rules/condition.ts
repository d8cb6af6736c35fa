import { z } from 'zod';
import { RULE_VALUE_CHARS } from '#config/limits.ts';
import type { MessageFacts } from './facts.ts';

export type Test = (facts: MessageFacts) => boolean;

/** Texts that words are looked for in: `header:` is followed by the lower-case name. */
export type TextField = 'subject' | 'body' | 'sender' | `header:${string}`;

/**
 * What must be so in every message that a condition is true for, in a form that can be looked up. `word` is folded (for
 * `sender`: part of an address as compared).
 */
export type Hint =
  | { on: 'sender' | 'domain' | 'recipient' | 'list' | 'label' | 'header'; key: string }
  | { on: 'text'; field: TextField; word: string };

export interface Condition<P = never> {
  type: string;
  title: string;
  /** One sentence for forms, docs and the assistant. */
  describe: string;
  /** Parameters beside `type`; every field carries a description. */
  parameters: z.ZodType<P>;
  /** @throws AppError input `rules.bad-expression` */
  compile(parameters: P): Test;
  /** A clause in plain words that follows "if": "the sender is ada@example.com". */
  explain(parameters: P): string;
  /** Whenever the test is true, at least one of the hints holds. Absent or null: nothing can be said. */
  index?(parameters: P): Hint[] | null;
}

/** A condition whose parameters were checked by its own schema, so that conditions of all kinds fit in one list. */
export interface AnyCondition {
  type: string;
  title: string;
  describe: string;
  parameters: z.ZodType;
  /** Parses the parameters of one leaf. Throws a ZodError. */
  bind(parameters: unknown): { test(): Test; explain(): string; hints(): Hint[] | null };
}

export const defineCondition = <P>(condition: Condition<P>): AnyCondition => ({
  type: condition.type,
  title: condition.title,
  describe: condition.describe,
  parameters: condition.parameters,
  bind: (input) => {
    const parameters = condition.parameters.parse(input);
    return {
      test: () => condition.compile(parameters),
      explain: () => condition.explain(parameters),
      hints: () => condition.index?.(parameters) ?? null,
    };
  },
});

/** Text that a condition compares with: not empty, bounded. */
export const textValue = (description: string) =>
  z.string().min(1).max(RULE_VALUE_CHARS).regex(/\S/, 'must hold more than spaces').describe(description);

/** Yes or no, yes when left out. */
export const yesValue = (description: string) => z.boolean().default(true).describe(description);

export const quote = (text: string): string => `"${text}"`;
