/** A boolean, as every engine holds it. */
export type Bit = 0 | 1;
