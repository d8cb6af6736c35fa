import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTree } from './tidy-source.ts';
import { withRoomMap } from './tidy-text.ts';

/** A committed file that is made from the code. Its diff is read in review; a test compares it with what the code makes now. */
export interface Golden {
  /** Path from the root of the repository. */
  file: string;
  /** The whole text, the same on every machine. Imports what it needs itself, so that the list stays cheap to load. */
  render(): string | Promise<string>;
}

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Every golden file. `npm run snapshot` writes them all. */
export const GOLDENS: readonly Golden[] = [
  {
    file: 'README.md',
    render: () => withRoomMap(readFileSync(path.join(ROOT, 'README.md'), 'utf8'), readTree(ROOT)),
  },
];
