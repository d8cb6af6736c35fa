/**
 * Writes the demo mailbox: a month in the mail of one invented person, ending on a fixed day. The same source gives the
 * same bytes. Run it after changing anything in `letters/`: `node demo/make-mailbox.ts`.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
export const makeMailbox = (): { mbox: string; counts: Record<string, number> } => {
  const kinds = Object.entries(KINDS).map(([kind, make]) => ({ kind, letters: make() }));
  return {
    mbox: renderMbox(kinds.flatMap((k) => k.letters)),
    counts: Object.fromEntries(kinds.map((k) => [k.kind, k.letters.length])),
  };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { mbox, counts } = makeMailbox();
  writeFileSync(new URL('./mailbox/robin.mbox', import.meta.url), mbox);
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  console.log(`${total} messages, ${Buffer.byteLength(mbox)} bytes`, counts);
}
