/** Modified UTF-7 (RFC 3501 §5.1.3), in which Gmail writes its labels. Returns the text itself where it is not valid. */
export const fromUtf7 = (text: string): string =>
  text.replace(/&([A-Za-z0-9+,]*)-/g, (whole, base64: string) => {
    if (base64 === '') return '&';
    const bytes = Buffer.from(base64.replaceAll(',', '/'), 'base64');
    return bytes.length % 2 === 0 ? bytes.swap16().toString('utf16le') : whole;
  });

export const toUtf7 = (text: string): string =>
  text.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const bytes = Buffer.from(run, 'utf16le').swap16();
    return `&${bytes.toString('base64').replaceAll('/', ',').replace(/=+$/, '')}-`;
  });
