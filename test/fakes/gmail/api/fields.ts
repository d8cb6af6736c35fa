import { invalid } from './api-error.ts';

/** What `fields=` leaves of an answer: names, with what it leaves of each. `*` is everything. */
interface Mask {
  all: boolean;
  names: Map<string, Mask>;
}

const everything = (): Mask => ({ all: true, names: new Map() });
const nothing = (): Mask => ({ all: false, names: new Map() });

const bad = (text: string) => invalid(`Invalid field selection ${text}`);

/** `a,b(c,d/e),f/*`, from `at` to the end or to the closing bracket. */
const readMask = (text: string, start: number): { mask: Mask; end: number } => {
  const mask = nothing();
  let at = start;
  for (;;) {
    let inner = mask;
    let path = /^[\w*]+/.exec(text.slice(at))?.[0];
    if (!path) throw bad(text);
    for (;;) {
      at += path.length;
      if (path === '*') {
        inner.all = true;
      } else {
        const known: Mask = inner.names.get(path) ?? nothing();
        inner.names.set(path, known);
        inner = known;
      }
      if (text[at] !== '/') break;
      path = /^[\w*]+/.exec(text.slice(++at))?.[0];
      if (!path) throw bad(text);
    }
    if (text[at] === '(') {
      const group = readMask(text, at + 1);
      if (text[group.end] !== ')') throw bad(text);
      for (const [name, of] of group.mask.names) inner.names.set(name, of);
      inner.all ||= group.mask.all;
      at = group.end + 1;
    } else if (inner !== mask && inner.names.size === 0) {
      inner.all = true;
    }
    if (text[at] !== ',') return { mask, end: at };
    at++;
  }
};

const masked = (value: unknown, mask: Mask): unknown => {
  if (mask.all && mask.names.size === 0) return value;
  if (Array.isArray(value)) return value.map((one) => masked(one, mask));
  if (typeof value !== 'object' || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const of = mask.names.get(name);
    if (of) kept[name] = masked(inner, of);
    else if (mask.all) kept[name] = inner;
  }
  return kept;
};

const masks = new Map<string, Mask>();

/** Leaves of an answer what the caller asked for (partial response). */
export const onlyFields = (answer: unknown, fields: string | null): unknown => {
  if (!fields || fields === '*') return answer;
  let mask = masks.get(fields);
  if (!mask) {
    const text = fields.replace(/\s+/g, '');
    const read = readMask(text, 0);
    if (read.end !== text.length) throw bad(text);
    mask = read.mask.all ? everything() : read.mask;
    masks.set(fields, mask);
  }
  return masked(answer, mask);
};
