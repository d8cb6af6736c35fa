/** The header block as whole fields with their continuation lines, and what follows it. */
const fieldsOf = (raw: Buffer): { fields: string[]; rest: Buffer } => {
  const crlf = raw.indexOf('\r\n\r\n');
  const lf = raw.indexOf('\n\n');
  const usesLf = lf >= 0 && (crlf < 0 || lf < crlf);
  const end = usesLf ? lf : crlf;
  const head = raw.subarray(0, end < 0 ? raw.length : end).toString('latin1');
  const rest = end < 0 ? Buffer.alloc(0) : raw.subarray(end + (usesLf ? 2 : 4));
  const fields: string[] = [];
  for (const line of head.split(/\r?\n/)) {
    if (/^[ \t]/.test(line) && fields.length > 0) fields[fields.length - 1] += `\r\n${line}`;
    else if (line !== '') fields.push(line);
  }
  return { fields, rest };
};

const nameOf = (field: string): string =>
  field
    .slice(0, Math.max(0, field.indexOf(':')))
    .trim()
    .toLowerCase();

/** Takes fields away and puts new ones on top; all other bytes stay as they are. */
export const rewriteHead = (
  raw: Buffer,
  of: { without: (lowerName: string) => boolean; first: readonly string[] },
): Buffer => {
  const { fields, rest } = fieldsOf(raw);
  const kept = fields.filter((field) => !of.without(nameOf(field)));
  return Buffer.concat([Buffer.from(`${[...of.first, ...kept].join('\r\n')}\r\n\r\n`, 'latin1'), rest]);
};
