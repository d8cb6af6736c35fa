import { z } from 'zod';
import { defineCondition } from '#rules/condition.ts';

const UNIT_BYTES: Record<string, number> = { b: 1, kb: 1000, mb: 1_000_000, gb: 1_000_000_000 };
const SIZE = /^(\d{1,12}(?:\.\d{1,3})?)\s*(b|kb|mb|gb)$/i;

const bytes = (value: number | string): number => {
  if (typeof value === 'number') return value;
  const found = SIZE.exec(value);
  return Number(found?.[1]) * (UNIT_BYTES[found?.[2]?.toLowerCase() ?? ''] ?? Number.NaN);
};

export const sizeOver = defineCondition({
  type: 'size_over',
  title: 'Larger than',
  describe: 'The whole message, attachments included, is larger than this.',
  parameters: z.strictObject({
    value: z
      .union([z.number().int().min(0), z.string().regex(SIZE, 'write a size such as 500 kB or 5 MB')])
      .describe('Bytes, or a size such as 500 kB or 5 MB'),
  }),
  compile: ({ value }) => {
    const limit = bytes(value);
    return (facts) => facts.sizeBytes > limit;
  },
  explain: ({ value }) => `it is larger than ${typeof value === 'number' ? `${value} bytes` : value}`,
});
