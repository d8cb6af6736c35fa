/**
 * Writes the demo mailbox: a month in the mail of one invented person, ending on a fixed day. The same source gives the
 * same bytes. Run it after changing anything in `letters/`: `node demo/make-mailbox.ts`; with `--check` it writes nothing and
 * fails when the file differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { abroad } from './letters/abroad.ts';
import { automatic } from './letters/automatic.ts';
import { builds } from './letters/builds.ts';
import { family } from './letters/family.ts';
import { invites } from './letters/invites.ts';
import type { Letter } from './letters/letter.ts';
import { newsletters } from './letters/newsletters.ts';
import { parcels } from './letters/parcels.ts';
import { receipts } from './letters/receipts.ts';
import { renderMbox } from './letters/render.ts';
import { clubs } from './letters/school.ts';
import { security } from './letters/security.ts';
import { social } from './letters/social.ts';
import { spam } from './letters/spam.ts';
import { work } from './letters/work.ts';

const KINDS: Record<string, () => Letter[]> = {
  work,
  family,
  clubs,
  abroad,
  newsletters,
  receipts,
  parcels,
  social,
  builds,
  invites,
  security,
  automatic,
  spam,
};

/** The whole mailbox as one mboxrd file (RFC 4155 with mboxrd quoting), and how many letters of each kind it holds. */
const makeMailbox = (): { mbox: string; counts: Record<string, number> } => {
  const kinds = Object.entries(KINDS).map(([kind, make]) => ({ kind, letters: make() }));
  return {
    mbox: renderMbox(kinds.flatMap((k) => k.letters)),
    counts: Object.fromEntries(kinds.map((k) => [k.kind, k.letters.length])),
  };
};

const FILE = new URL('./mailbox/robin.mbox', import.meta.url);

const main = (): void => {
  const { mbox, counts } = makeMailbox();
  if (process.argv.includes('--check')) {
    if (readFileSync(FILE, 'utf8') === mbox) return;
    throw new Error('demo/mailbox/robin.mbox is not what its source says: run node demo/make-mailbox.ts');
  }
  writeFileSync(FILE, mbox);
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  console.log(`${total} messages, ${Buffer.byteLength(mbox)} bytes`, counts);
};

main();
