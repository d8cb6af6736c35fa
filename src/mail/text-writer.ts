const SPACES = /[\s\u00a0\u2007\u202f\u3000]+/g;
const ENDS_IN_SPACE = /[\s\u00a0\u2007\u202f\u3000]$/;

/** Builds readable text from runs of HTML text: white space collapses, breaks never pile up, words are never glued. */
export class TextWriter {
  #text = '';
  /** Line breaks owed before the next text: 0, 1, or 2 for a blank line. */
  #breaks = 0;
  #gap = '';
  #prefix = '';
  #lastPrefix = '';
  #marker = '';

  get length(): number {
    return this.#text.length;
  }

  /** Text in which white space means one space. */
  write(run: string): void {
    const collapsed = run.replace(SPACES, ' ');
    const words = collapsed.trim();
    if (words === '') {
      if (collapsed !== '') this.#space(' ');
      return;
    }
    if (collapsed.startsWith(' ')) this.#space(' ');
    this.#emit(words);
    if (collapsed.endsWith(' ')) this.#space(' ');
  }

  /** Text in which white space and line breaks are kept. */
  writeAsIs(run: string): void {
    const lines = run.split(/\r\n?|\n/);
    for (const [i, line] of lines.entries()) {
      if (i > 0) this.break(Math.min(this.#breaks + 1, 2));
      if (line === '') continue;
      if (ENDS_IN_SPACE.test(line) && line.trim() === '') this.#space(line);
      else this.#emit(line);
    }
  }

  /** One character, such as an entity, that may be white space. */
  writeCharacter(character: string): void {
    if (ENDS_IN_SPACE.test(character)) this.#space(' ');
    else this.#emit(character);
  }

  /** At least so many line breaks before the next text. */
  break(count: number): void {
    if (count > this.#breaks) this.#breaks = count;
    this.#gap = '';
  }

  /** One more line break. */
  newLine(): void {
    this.break(Math.min(this.#breaks + 1, 2));
  }

  /** Room between two cells of one row. */
  cell(): void {
    if (this.#breaks === 0 && this.#text !== '') this.#gap = '  ';
  }

  /** Stands before the next text of this line: the dot of a list. */
  mark(marker: string): void {
    this.#marker = marker;
  }

  /** Stands before every line from here on. */
  setPrefix(prefix: string): void {
    if (prefix !== this.#prefix) this.break(1);
    this.#prefix = prefix;
  }

  finish(): string {
    return this.#text;
  }

  #space(gap: string): void {
    if (this.#gap === '') this.#gap = gap;
  }

  #emit(words: string): void {
    if (this.#text === '') {
      this.#text = this.#prefix;
    } else if (this.#breaks > 0) {
      // A blank line between two levels of quoting belongs to the lower one.
      const blank = this.#lastPrefix.length < this.#prefix.length ? this.#lastPrefix : this.#prefix;
      this.#text += this.#breaks === 1 ? `\n${this.#prefix}` : `\n${blank.trimEnd()}\n${this.#prefix}`;
    } else {
      this.#text += this.#gap;
    }
    this.#text += this.#marker === '' ? words : this.#marker + words;
    this.#lastPrefix = this.#prefix;
    this.#breaks = 0;
    this.#gap = '';
    this.#marker = '';
  }
}
