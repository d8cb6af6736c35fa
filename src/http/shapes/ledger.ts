import { z } from 'zod';

const count = z.number().int().min(0);

export const ledgerShape = z
  .strictObject({
    received: count.describe('Equal to the sum of the other three.'),
    decided: count.describe('Decided, looked at and left alone, or given up with a reason.'),
    waiting: count.describe('A job will decide them.'),
    unexplained: count.describe('Neither: must be 0.'),
  })
  .meta({ id: 'Ledger' });
