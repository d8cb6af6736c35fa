const BOUNDARY = /boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/gi;
const LINE_CHARS = 210;

/**
 * Whether the message has more than `max` parts, without taking it apart. Counts lines that a declared boundary starts.
 * Linear. May say yes for a message that only quotes the source of such a one.
 */
export const hasMoreParts = (raw: Uint8Array, max: number): boolean => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const marks: number[] = [];
  for (let at = bytes.indexOf('\n--', 0, 'latin1'); at !== -1; at = bytes.indexOf('\n--', at + 3, 'latin1')) {
    marks.push(at);
  }
  if (marks.length <= max) return false;
  const boundaries = new Set<string>();
  for (const found of bytes.toString('latin1').matchAll(BOUNDARY)) boundaries.add(found[1] ?? found[2] ?? '');
  let parts = 0;
  for (const mark of marks) {
    const line = bytes.toString('latin1', mark + 3, mark + 3 + LINE_CHARS);
    const end = line.search(/[\r\n]/);
    const rest = (end === -1 ? line : line.slice(0, end)).trimEnd();
    if (boundaries.has(rest) && ++parts > max) return true;
  }
  return false;
};
