import { readFileSync } from 'node:fs';
import type { ParsedMail } from '#mail/message.ts';
import { parseMail } from '#mail/mime.ts';

const SEPARATOR = /^From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n/m;

/** The demo mailbox, taken apart here on its own so that tests of it do not lean on the archive reader it feeds. */
export const demoMessages = (): Promise<{ raw: Buffer; mail: ParsedMail }[]> => {
  const mbox = readFileSync('demo/mailbox/robin.mbox', 'utf8');
  const raws = mbox
    .split(SEPARATOR)
    .slice(1)
    .map((m) => Buffer.from(m.replace(/^>(>*From )/gm, '$1')));
  return Promise.all(raws.map(async (raw) => ({ raw, mail: await parseMail(raw) })));
};
