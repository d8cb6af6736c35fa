/** Longer words are anchored by one window of this many characters: it bounds the size of the table. */
const WINDOW = 10;
const CLASSES = 64;
const CLASS_BITS = 6;

const OTHER_ASCII = 38;
const OTHER_ASCII_CLASSES = 6;
const BEYOND_ASCII = 44;
const BEYOND_ASCII_CLASSES = 20;

/** Letters, digits and the space each have a class of their own; the rest share some. Class 0 is never used. */
const classes = (() => {
  const table = new Uint8Array(65536);
  for (let c = 0; c < 65536; c++) {
    table[c] = c < 128 ? OTHER_ASCII + (c % OTHER_ASCII_CLASSES) : BEYOND_ASCII + (c % BEYOND_ASCII_CLASSES);
  }
  for (let i = 0; i < 26; i++) table[97 + i] = 1 + i;
  for (let i = 0; i < 10; i++) table[48 + i] = 27 + i;
  table[32] = 37;
  return table;
})();

const classAt = (text: string, i: number): number => classes[text.charCodeAt(i)] ?? 0;

/** Rough information of a letter in mail text, in bits: the window with the most is the rarest. */
const letterBits = (() => {
  const bits = new Uint8Array(CLASSES).fill(7);
  for (const [i, c] of [...'etaoinsrhldcumfpgwybvkxjqz'].entries()) bits[c.charCodeAt(0) - 96] = 3 + i / 4;
  bits[37] = 2;
  return bits;
})();

const window = (word: string): string => {
  if (word.length <= WINDOW) return word;
  let sum = 0;
  let best = 0;
  let at = 0;
  for (let i = 0; i < word.length; i++) {
    sum += letterBits[classAt(word, i)] ?? 0;
    if (i >= WINDOW) sum -= letterBits[classAt(word, i - WINDOW)] ?? 0;
    if (i >= WINDOW - 1 && sum > best) {
      best = sum;
      at = i - WINDOW + 1;
    }
  }
  return word.slice(at, at + WINDOW);
};

/**
 * Which of many words may occur in a text, in one pass over it whatever their number (Aho and Corasick 1975).
 * Characters share 64 classes and long words are looked up by a part, so a word that is reported may still be absent, but
 * one that occurs is always reported: the caller tests what it is told. The table takes 256 bytes a state whatever the
 * script the words are in.
 */
export class Automaton {
  /** By state and class: twice the row of the next state, plus one when a word ends there. */
  readonly #next: Int32Array;
  /** Per state: index into `#ends` plus one, 0 for none; and the nearest shorter state that ends a word. */
  readonly #end: Int32Array;
  readonly #link: Int32Array;
  readonly #ends: number[][] = [];

  /** @param words folded and not empty; a word's position is what `scan` reports */
  constructor(words: readonly string[]) {
    let room = 1;
    const windows = words.map((w) => window(w));
    for (const w of windows) room += w.length;
    const next = new Int32Array(room << CLASS_BITS);
    const end = new Int32Array(room);
    let states = 1;
    for (const [word, text] of windows.entries()) {
      let s = 0;
      for (let i = 0; i < text.length; i++) {
        const at = (s << CLASS_BITS) | classAt(text, i);
        s = next[at] || states++;
        next[at] = s;
      }
      const known = end[s] || this.#ends.push([]);
      end[s] = known;
      this.#ends[known - 1]?.push(word);
    }
    this.#next = next;
    this.#end = end;
    this.#link = this.#complete(states);
    this.#markEnds(states);
  }

  /** Where a word ends is written into the way there, so that scanning reads one number a character. */
  #markEnds(states: number): void {
    const next = this.#next;
    const size = states << CLASS_BITS;
    for (let at = 0; at < size; at++) {
      const to = next[at] ?? 0;
      next[at] = (to << (CLASS_BITS + 1)) | (this.#end[to] || this.#link[to] ? 1 : 0);
    }
  }

  /** Fills in where each state goes on a character that continues no word, breadth first. */
  #complete(states: number): Int32Array {
    const next = this.#next;
    const end = this.#end;
    const fail = new Int32Array(states);
    const link = new Int32Array(states);
    const queue = new Int32Array(states);
    let read = 0;
    let write = 0;
    for (let c = 0; c < CLASSES; c++) if (next[c]) queue[write++] = next[c] ?? 0;
    while (read < write) {
      const s = queue[read++] ?? 0;
      const f = fail[s] ?? 0;
      link[s] = end[f] ? f : (link[f] ?? 0);
      const row = s << CLASS_BITS;
      const failRow = f << CLASS_BITS;
      for (let c = 0; c < CLASSES; c++) {
        const to = next[row | c] ?? 0;
        const other = next[failRow | c] ?? 0;
        if (to) {
          fail[to] = other;
          queue[write++] = to;
        } else next[row | c] = other;
      }
    }
    return link;
  }

  /** Calls `found` with each word that may occur in the folded text, once per place. */
  scan(text: string, found: (word: number) => void): void {
    const next = this.#next;
    // Twice the row of the state, and one more when a word ends here.
    let way = 0;
    for (let i = 0; i < text.length; i++) {
      way = next[(way >> 1) | (classes[text.charCodeAt(i)] as number)] as number;
      if (way & 1) this.#report(way >> (CLASS_BITS + 1), found);
    }
  }

  #report(state: number, found: (word: number) => void): void {
    const first = this.#end[state] ? state : (this.#link[state] as number);
    for (let s = first; s !== 0; s = this.#link[s] as number) {
      for (const word of this.#ends[(this.#end[s] as number) - 1] as number[]) found(word);
    }
  }
}
