import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startPostgres } from '#test/kit/postgres-server.ts';
import { GOLDENS, ROOT } from './goldens.ts';

// `npm run snapshot`: rewrites every golden file and names those that changed. Read their diff before committing.
const postgres = await startPostgres();
let changed = 0;
try {
  for (const { file, render } of GOLDENS) {
    const target = path.join(ROOT, file);
    const text = await render({ postgres: async () => postgres.url });
    if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    console.log(`wrote ${file}`);
    changed++;
  }
} finally {
  await postgres.stop();
}
console.log(
  changed === 0 ? `${GOLDENS.length} files, none changed` : `${changed} of ${GOLDENS.length} files changed`,
);
