/** Shorter literals are in too many texts to be worth looking for. */
const MIN_CHARS = 3;
/** More alternatives than this cost more to look for than they save. */
const MAX_ALTERNATIVES = 16;

/** At least one of these is in every text that the expression matches; null: nothing can be said. */
type AnyOf = string[] | null;

class Unknown extends Error {}

/** Prefers the literals whose shortest one is longest. */
const better = (a: AnyOf, b: AnyOf): AnyOf => {
  if (!a || !b) return a ?? b;
  const shortest = (l: string[]) => Math.min(...l.map((x) => x.length));
  return shortest(b) > shortest(a) ? b : a;
};

/**
 * Reads just enough of RE2's syntax to find literals. What it does not know for sure it gives up on, since a literal that
 * is not really required would make a rule miss mail.
 */
class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): AnyOf {
    const found = this.#alternation();
    if (this.#at < this.#text.length) throw new Unknown();
    return found;
  }

  #alternation(): AnyOf {
    let all: AnyOf = [];
    for (;;) {
      const branch = this.#sequence();
      all = all && branch ? [...all, ...branch] : null;
      if (this.#text[this.#at] !== '|') return all;
      this.#at++;
    }
  }

  #sequence(): AnyOf {
    let best: AnyOf = null;
    let run = '';
    const endRun = () => {
      if (run.length >= MIN_CHARS) best = better(best, [run]);
      run = '';
    };
    while (this.#at < this.#text.length && this.#text[this.#at] !== '|' && this.#text[this.#at] !== ')') {
      const piece = this.#piece();
      const count = this.#quantifier();
      if (typeof piece === 'string' && piece.length === 1) {
        if (count !== 'optional') run += piece;
        if (count !== 'once') endRun();
        continue;
      }
      endRun();
      if (count !== 'optional' && Array.isArray(piece)) best = better(best, piece);
    }
    endRun();
    return best;
  }

  /** One character, the literals of a group, or null for what may be several things or nothing. */
  #piece(): string | AnyOf {
    const c = this.#text[this.#at++] ?? '';
    if (c === '(') return this.#group();
    if (c === '[') return this.#set();
    if (c === '\\') return this.#escape();
    if (c === '.' || c === '^' || c === '$') return null;
    if (c === '*' || c === '+' || c === '?') throw new Unknown();
    return c >= ' ' && c <= '~' ? c : null;
  }

  #group(): AnyOf {
    if (this.#text[this.#at] === '?') {
      const flags = /^\?[imsU]*(?:-[imsU]+)?\)/.exec(this.#text.slice(this.#at, this.#at + 20));
      if (flags) {
        this.#at += flags[0].length;
        // RE2 lets a repetition here act on what stands before the flags.
        if (/[*+?{]/.test(this.#text[this.#at] ?? '')) throw new Unknown();
        return null;
      }
      const opening = /^\?(?:[imsU]*(?:-[imsU]+)?:|P?<\w+>)/.exec(this.#text.slice(this.#at, this.#at + 100));
      if (!opening) throw new Unknown();
      this.#at += opening[0].length;
    }
    const inner = this.#alternation();
    if (this.#text[this.#at++] !== ')') throw new Unknown();
    return inner;
  }

  #set(): null {
    const set = /^\^?\]?(?:\[:\^?\w+:\]|\\[^QE]|[^\]\\[])*\]/.exec(this.#text.slice(this.#at));
    if (!set) throw new Unknown();
    this.#at += set[0].length;
    return null;
  }

  #escape(): string | null {
    const c = this.#text[this.#at++] ?? '';
    if (/[bBdDsSwWAz]/.test(c)) return null;
    if (/[^\w\s]/.test(c) && c >= '!' && c <= '~') return c;
    throw new Unknown();
  }

  #quantifier(): 'once' | 'repeated' | 'optional' {
    const found = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(this.#text.slice(this.#at, this.#at + 20));
    if (!found) return 'once';
    this.#at += found[0].length;
    const first = found[0][0];
    return first === '*' || first === '?' || (first === '{' && Number(found[1]) === 0)
      ? 'optional'
      : 'repeated';
  }
}

/**
 * Literals of which every text that the expression matches holds at least one, or null. Case is left as written. Only
 * for expressions that RE2 has accepted.
 */
export const requiredLiterals = (expression: string): string[] | null => {
  try {
    const found = new LiteralReader(expression).read();
    return found && found.length > 0 && found.length <= MAX_ALTERNATIVES ? found : null;
  } catch (e) {
    if (e instanceof Unknown) return null;
    throw e;
  }
};
