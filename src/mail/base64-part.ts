/** What takes the lines of one part's body, and gives the decoded bytes in the end. */
export interface PartDecoder {
  update(line: Uint8Array): void;
  finalize(): Promise<ArrayBuffer>;
}

/**
 * Decodes a part in base64 (RFC 2045 §6.8) in one go, which is several times faster than line by line. What is not plain
 * base64, such as padding in its middle, is left to the decoder that it stands in for.
 */
export class Base64Part implements PartDecoder {
  readonly #lines: Uint8Array[] = [];
  readonly #careful: PartDecoder;

  constructor(careful: PartDecoder) {
    this.#careful = careful;
  }

  update(line: Uint8Array): void {
    this.#lines.push(line);
  }

  async finalize(): Promise<ArrayBuffer> {
    const text = Buffer.concat(this.#lines).toString('latin1');
    if (!isPlain(text)) {
      for (const line of this.#lines) this.#careful.update(line);
      return this.#careful.finalize();
    }
    const bytes = Buffer.from(text, 'base64');
    return new Uint8Array(bytes).buffer;
  }
}

/** Node reads `-` and `_` as letters, and stops at padding. */
const isPlain = (text: string): boolean => {
  if (text.includes('-') || text.includes('_')) return false;
  const padding = text.indexOf('=');
  return padding === -1 || !/[^=\s]/.test(text.slice(padding));
};
