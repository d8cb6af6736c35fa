import { type HeaderLine, headerOf, splitHead } from '#test/fakes/gmail/mime/header-lines.ts';
import { parseParameters } from '#test/fakes/gmail/mime/parameters.ts';
import { parsePart } from '#test/fakes/gmail/mime/part.ts';
import { invalid } from './api-error.ts';

export interface Section {
  headers: HeaderLine[];
  contentType: string;
  body: Buffer;
}

/** The parts of a multipart body of HTTP. Throws when the type names no boundary. */
export const sectionsOf = (contentType: string, body: Buffer): Section[] => {
  const type = parseParameters(contentType);
  const boundary = type.parameters.get('boundary');
  if (!type.value.startsWith('multipart/') || !boundary)
    throw invalid('Missing or invalid boundary in Content-Type');
  const whole = Buffer.concat([
    Buffer.from(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n`),
    body,
  ]);
  return parsePart(whole).parts.map((part) => ({
    headers: part.headers,
    contentType: headerOf(part.headers, 'content-type') ?? '',
    body: part.encoded,
  }));
};

/** An HTTP request written as text: its first line, headers and body. */
export const parseHttpText = (
  bytes: Buffer,
): { http: string; target: string; headers: HeaderLine[]; body: Buffer } | undefined => {
  const end = bytes.indexOf('\n');
  const first = bytes
    .subarray(0, end < 0 ? bytes.length : end)
    .toString('utf8')
    .trim();
  const match = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(first);
  if (!match) return undefined;
  const { headers, body } = splitHead(bytes.subarray(end < 0 ? bytes.length : end + 1));
  return { http: match[1] ?? '', target: match[2] ?? '', headers, body };
};
