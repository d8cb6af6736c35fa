/** Shorter literals are in too many texts to be worth looking for. */
const MIN_CHARS = 3;
/** More alternatives than this cost more to look for than they save. */
const MAX_ALTERNATIVES = 16;

/** What every text that fits a part of an expression has in common. */
interface Shape {
  /** At least one of these is in it, with case as written; null: nothing can be said. */
  literals: string[] | null;
  /** Its length in code points. */
  min: number;
  max: number;
  /** The one character that it is. */
  char?: string;
}

const shape = (min: number, max = min, literals: string[] | null = null): Shape => ({ min, max, literals });

class Unknown extends Error {}

/** Prefers the literals whose shortest one is longest. */
const better = (a: string[] | null, b: string[] | null): string[] | null => {
  if (!a || !b) return a ?? b;
  const shortest = (l: string[]) => Math.min(...l.map((x) => x.length));
  return shortest(b) > shortest(a) ? b : a;
};

/**
 * Reads just enough of RE2's syntax to find literals and lengths. What it does not know for sure it gives up on, since a
 * literal that is not really required would make a rule miss mail.
 */
class ShapeReader {
  readonly #text: string;
  #at = 0;
  #multiline = false;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Shape {
    const found = this.#alternation();
    if (this.#at < this.#text.length) throw new Unknown();
    // Only between ^ and $ the length of the match is the length of the text.
    const whole = !this.#multiline && /^\^(?![*+?{])[^|]*[^\\|]\$$/.test(this.#text);
    return { ...found, max: whole ? found.max : Number.POSITIVE_INFINITY };
  }

  #alternation(): Shape {
    let all = this.#sequence();
    while (this.#text[this.#at] === '|') {
      this.#at++;
      const branch = this.#sequence();
      const literals = all.literals && branch.literals ? [...all.literals, ...branch.literals] : null;
      all = shape(Math.min(all.min, branch.min), Math.max(all.max, branch.max), literals);
    }
    return all;
  }

  #sequence(): Shape {
    let [min, max, run] = [0, 0, ''];
    let best: string[] | null = null;
    const endRun = () => {
      if (run.length >= MIN_CHARS) best = better(best, [run]);
      run = '';
    };
    while (this.#at < this.#text.length && this.#text[this.#at] !== '|' && this.#text[this.#at] !== ')') {
      const piece = this.#piece();
      const [least, most] = this.#quantifier();
      min += piece.min * least;
      max += piece.max === 0 ? 0 : piece.max * most;
      if (piece.char !== undefined && least > 0) run += piece.char;
      if (piece.char === undefined || least !== 1 || most !== 1) endRun();
      if (piece.char === undefined && least > 0) best = better(best, piece.literals);
    }
    endRun();
    return shape(min, max, best);
  }

  #piece(): Shape {
    const c = this.#text[this.#at++] ?? '';
    if (c === '(') return this.#group();
    if (c === '[') return this.#set();
    if (c === '\\') return this.#escape();
    if (c === '^' || c === '$') return shape(0);
    if (c === '*' || c === '+' || c === '?' || (c >= '\ud800' && c <= '\udfff')) throw new Unknown();
    return c >= ' ' && c <= '~' && c !== '.' ? { ...shape(1), char: c } : shape(1);
  }

  #group(): Shape {
    if (this.#text[this.#at] === '?') {
      const rest = this.#text.slice(this.#at, this.#at + 100);
      const opening = /^\?(?:([imsU]*(?:-[imsU]+)?)[:)]|P?<\w+>)/.exec(rest);
      if (!opening) throw new Unknown();
      this.#at += opening[0].length;
      if (opening[1]?.includes('m')) this.#multiline = true;
      if (opening[0].endsWith(')')) {
        // RE2 lets a repetition here act on what stands before the flags.
        if (/[*+?{]/.test(this.#text[this.#at] ?? '')) throw new Unknown();
        return shape(0);
      }
    }
    const inner = this.#alternation();
    if (this.#text[this.#at++] !== ')') throw new Unknown();
    return inner;
  }

  #set(): Shape {
    const set = /^\^?\]?(?:\[:\^?\w+:\]|\\[^QE]|[^\]\\[])*\]/.exec(this.#text.slice(this.#at));
    if (!set) throw new Unknown();
    this.#at += set[0].length;
    return shape(1);
  }

  #escape(): Shape {
    const c = this.#text[this.#at++] ?? '';
    if (/[dDsSwW]/.test(c)) return shape(1);
    if (/[bBAz]/.test(c)) return shape(0);
    if (/[^\w\s]/.test(c) && c >= '!' && c <= '~') return { ...shape(1), char: c };
    throw new Unknown();
  }

  /** How often the piece before it stands there, at least and at most. */
  #quantifier(): [least: number, most: number] {
    const found = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.#text.slice(this.#at, this.#at + 20));
    if (!found) return [1, 1];
    this.#at += found[0].length;
    const [text, least, range, most] = found;
    if (text.startsWith('?')) return [0, 1];
    if (least === undefined) return [text.startsWith('+') ? 1 : 0, Number.POSITIVE_INFINITY];
    if (range === undefined) return [Number(least), Number(least)];
    return [Number(least), most ? Number(most) : Number.POSITIVE_INFINITY];
  }
}

export interface Requirements {
  /** Every text that fits holds at least one of these, with case as written; null: nothing can be said. */
  literals: string[] | null;
  /** The length of a text that fits, in code points. */
  min: number;
  max: number;
}

/** What a text must have to fit an expression that RE2 has accepted; found without running it. */
export const requirements = (expression: string): Requirements => {
  try {
    const { literals, min, max } = new ShapeReader(expression).read();
    const few = literals !== null && literals.length > 0 && literals.length <= MAX_ALTERNATIVES;
    return { literals: few ? literals : null, min, max };
  } catch (e) {
    if (e instanceof Unknown) return { literals: null, min: 0, max: Number.POSITIVE_INFINITY };
    throw e;
  }
};
