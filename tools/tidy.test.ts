import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MAX_FILE_LINES, MAX_FUNCTION_LINES, PORT_HOMES, ROOMS, STORE_FILES } from './house.ts';
import { print, tidy } from './tidy.ts';
import { codeOnDisk, readTree, type Tree } from './tidy-source.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const rulesBroken = (tree: Tree): string[] =>
  tidy(tree).violations.map((one) => `${one.file}:${one.line} ${one.rule}`);
const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `export const a${i} = ${i};`).join('\n');
const TABLES = 'export interface Tables { jobs: JobTable; messages: MessageTable }';

test('the house is tidy', () => {
  expect(tidy(readTree(ROOT)).violations.map(print)).toEqual([]);
});

test('every file under src/ was seen, by name', () => {
  const onDisk = codeOnDisk(ROOT, 'src');
  const seen = tidy(readTree(ROOT)).seen.filter((file) => file.startsWith('src/'));
  expect(onDisk.length).toBeGreaterThan(0);
  expect(seen).toEqual(onDisk);
});

test('every exception in house.ts is for a file or folder that exists', () => {
  const onDisk = codeOnDisk(ROOT, 'src');
  const rooms = new Set(onDisk.map((file) => file.split('/')[1]));
  const files = [
    ...PORT_HOMES.map((home) => home.at).filter((at) => !at.endsWith('/')),
    ...Object.keys(STORE_FILES),
  ];
  const gone = files.filter((file) => rooms.has(file.split('/')[0]) && !onDisk.includes(`src/${file}`));
  expect(gone).toEqual([]);
  expect(new Set(ROOMS.map((room) => room.name)).size).toBe(ROOMS.length);
});

test.each<[name: string, tree: Tree, broken: string[]]>([
  ['a room above', { 'src/std/a.ts': "import type { B } from '#db/b.ts';" }, ['src/std/a.ts:1 room-order']],
  ['a file above all rooms', { 'src/http/a.ts': "export * from '#app.ts';" }, ['src/http/a.ts:1 room-order']],
  [
    'a room above, at run time',
    { 'src/std/a.ts': "\nawait import('#db/b.ts');" },
    ['src/std/a.ts:2 room-order'],
  ],
  [
    'a room above, in a type',
    { 'src/std/a.ts': "type A = import('#db/b.ts').B;" },
    ['src/std/a.ts:1 room-order'],
  ],
  ['no room at all', { 'src/db/a.ts': "import '#attic/b.ts';" }, ['src/db/a.ts:1 room-order']],
  ['the parent folder', { 'src/db/x/a.ts': "import '../b.ts';" }, ['src/db/x/a.ts:1 import-form']],
  ['a room without a file', { 'src/db/a.ts': "import '#std';" }, ['src/db/a.ts:1 import-form']],
  [
    'a package away from home',
    { 'src/db/a.ts': "import { Hono } from 'hono/tiny';" },
    ['src/db/a.ts:1 package-home'],
  ],
  [
    'the query builder outside a store',
    { 'src/mail/a.ts': "import 'kysely';" },
    ['src/mail/a.ts:1 package-home'],
  ],
  ['a package nobody knows', { 'src/db/a.ts': "import 'left-pad';" }, ['src/db/a.ts:1 package-home']],
  ['the test runner in the product', { 'src/db/a.ts': "import 'vitest';" }, ['src/db/a.ts:1 package-home']],
  ['the built-in database', { 'src/queue/a.ts': "import 'node:sqlite';" }, ['src/queue/a.ts:1 package-home']],
])('an import of %s is found', (_name, tree, broken) => {
  expect(rulesBroken(tree)).toEqual(broken);
});

test('imports that follow the rules pass', () => {
  const tree = {
    'src/mail/a.ts':
      "import './b.ts';\nimport '#std/clock.ts';\nimport 'postal-mime';\nimport { join } from 'node:path';",
    'src/mail/store.ts': "import { sql } from 'kysely';",
    'src/mail/a.test.ts': "import { test } from 'vitest';\nimport '#test/kit/app.ts';",
    'src/app.ts': "import '#cli/a.ts';\nimport './jobs.ts';",
  };
  expect(rulesBroken(tree)).toEqual([]);
});

test.each<[name: string, code: string]>([
  ['selectFrom', "export const a = (q: Q) => q.selectFrom('jobs as j');"],
  ['a list of tables', "export const a = (q: Q) => q.selectFrom(['jobs']);"],
  ['plain SQL', "export const a = 'select id from jobs where id = $1';"],
  ['a template', 'export const a = `update jobs set x = $' + '{1}`;'],
  ['a fragment', "export const a = 'left join jobs on true';"],
])('a table named by %s outside its store is found', (_name, code) => {
  const tree = { 'src/db/tables.ts': TABLES, 'src/queue/claim.ts': code, 'src/mail/store.ts': code };
  const found = rulesBroken(tree).filter((one) => !one.startsWith('src/db/tables.ts'));
  expect([...new Set(found)]).toEqual(['src/queue/claim.ts:1 table-home', 'src/mail/store.ts:1 table-home']);
});

test('a table in its own store, in db/ and in prose passes', () => {
  const code = "export const a = 'delete from jobs';";
  const tree = {
    'src/db/tables.ts': TABLES,
    'src/db/x.ts': code,
    'src/queue/store.ts': code,
    'src/queue/claim-store.ts': code,
    'src/cli/a.ts': "export const help = 'Takes mail from messages that wait';",
  };
  expect(rulesBroken(tree).filter((one) => !one.startsWith('src/db/tables.ts'))).toEqual([]);
});

test('a table without an owner and an owner without a table are found', () => {
  const found = tidy({ 'src/db/tables.ts': 'export interface Tables { jobs: A; ghosts: B }' }).violations;
  expect(found.map((one) => one.what)).toContain('the table ghosts has no owner');
  expect(found.map((one) => one.what)).toContain('there is no table messages, yet it has an owner');
});

test.each<[code: string, rule: string]>([
  ['export const a = Date.now();', 'clock-home'],
  ['export const a = new Date();', 'clock-home'],
  ['export const a = new Date(5);', 'clock-home'],
  ['export const a = performance.now();', 'clock-home'],
  ['export const a = globalThis.performance.now();', 'clock-home'],
  ['setTimeout(f, 5);', 'clock-home'],
  ['export const a = { wait: setInterval };', 'clock-home'],
  ["import { setTimeout as wait } from 'node:timers/promises';", 'clock-home'],
  ['export const a = AbortSignal.timeout(5);', 'clock-home'],
  ['export const a = Math.random();', 'random-home'],
  ['export const a = crypto.randomUUID();', 'random-home'],
  ["import { randomBytes } from 'node:crypto';", 'random-home'],
  ['export const a = process.env.HOME;', 'env-home'],
  ['export const { env } = process;', 'env-home'],
  ["console.log('x');", 'console-home'],
  ["process.stdout.write('x');", 'console-home'],
])('%s outside its home is found', (code, rule) => {
  expect(rulesBroken({ 'src/triage/a.ts': code })).toEqual([`src/triage/a.ts:1 ${rule}`]);
});

test('the ports at home, and names that only look like them, pass', () => {
  const tree = {
    'src/std/a.ts': 'export const a = [Date.now(), Math.random(), setTimeout];',
    'src/config/a.ts': 'export const a = process.env;',
    'src/cli/a.ts': "console.log('x');",
    'src/triage/a.ts':
      'export const a = (clock: Clock, x: X) => [clock.now(), x.setTimeout, { console: 1 }, Date.parse("")];',
  };
  expect(rulesBroken(tree)).toEqual([]);
});

test.each<[file: string, catalog: string]>([
  ['src/actions/kinds/archive.ts', 'src/actions/kinds/catalog.ts'],
  ['src/rules/conditions/sender.ts', 'src/rules/catalog.ts'],
  ['src/digests/sections/done.ts', 'src/digests/catalog.ts'],
  ['src/http/routes/jobs.ts', 'src/http/routes/catalog.ts'],
  ['src/cli/commands/start.ts', 'src/cli/commands/catalog.ts'],
  ['src/ingest/sync.job.ts', 'src/jobs.ts'],
  ['src/mail/providers/local/', 'src/mail/providers/catalog.ts'],
])('%s must be listed', (file, catalog) => {
  const code = file.endsWith('/') ? `${file}provider.ts` : file;
  const line = `import { x } from '#${code.slice('src/'.length)}';`;
  const base = { [code]: 'export const x = 1;' };
  expect(rulesBroken(base)).toEqual([`${file}:1 catalog`]);
  expect(rulesBroken({ ...base, [catalog]: line })).toEqual([]);
});

test('a part that kinds share needs no catalog, and a kind does, even when another kind uses it', () => {
  const tree = (part: string) => ({
    'src/actions/kinds/part.ts': part,
    'src/actions/kinds/star.ts': "import './part.ts';",
    'src/actions/kinds/catalog.ts': "import './star.ts';",
  });
  expect(rulesBroken(tree('export const part = 1;'))).toEqual([]);
  expect(rulesBroken(tree('export const part = defineAction({});'))).toEqual([
    'src/actions/kinds/part.ts:1 catalog',
  ]);
});

test('files and functions that are too long are found', () => {
  const long = `export const f = () => {\n${'  g();\n'.repeat(MAX_FUNCTION_LINES)}};`;
  expect(rulesBroken({ 'src/db/a.ts': lines(MAX_FILE_LINES + 1) })).toEqual(['src/db/a.ts:1 size']);
  expect(rulesBroken({ 'src/db/a.ts': lines(MAX_FILE_LINES) })).toEqual([]);
  expect(rulesBroken({ 'tools/a.ts': `\n${long}` })).toEqual(['tools/a.ts:2 size']);
  expect(
    rulesBroken({ 'src/db/a.test.ts': long, 'src/db/b.suite.ts': long, 'src/mail/contract.ts': long }),
  ).toEqual([]);
});

test.each<[name: string, file: string, code: string, rule: string]>([
  ['a folder of one machine', 'src/db/a.ts', `export const a = '${'/ho'}me/me/mail';`, 'machine-path'],
  ['a folder of one machine in the docs', 'docs/a.md', `see ${'/ho'}me/me/mail`, 'machine-path'],
  ['unfinished work', 'web/src/lib/a.svelte', `<!-- ${'TO'}${'DO'} -->`, 'unfinished'],
  ['a test that runs alone', 'src/db/a.test.ts', `test.${'on'}ly('x', f);`, 'switched-off'],
  [
    'a suite that is left out',
    'test/flows/a.test.ts',
    `describe.concurrent.${'sk'}ip('x', f);`,
    'switched-off',
  ],
  ['a name that says nothing', 'src/db/utils.ts', 'export const a = 1;', 'file-name'],
  ['a name in camel case', 'src/db/someThing.ts', 'export const a = 1;', 'file-name'],
  ['a folder that is no room', 'src/attic/a.ts', 'export const a = 1;', 'room-order'],
  ['a file beside the rooms', 'src/thing.ts', 'export const a = 1;', 'room-order'],
])('%s is found', (_name, file, code, rule) => {
  expect(rulesBroken({ [file]: code })).toEqual([`${file}:1 ${rule}`]);
});

test('the folder of this checkout is found, even in a test', () => {
  const tree = { 'src/db/a.test.ts': "\nexport const a = '/srv/build/ashford/x';" };
  const found = tidy(tree, '/srv/build/ashford/').violations;
  expect(found.map((one) => `${one.file}:${one.line} ${one.rule}`)).toEqual([
    'src/db/a.test.ts:2 machine-path',
  ]);
});

test('a README whose map lacks a room is found', () => {
  const start = '<!-- rooms: made by `npm run snapshot` from tools/house.ts -->';
  const tree = { 'README.md': `# A\n${start}\n<!-- /rooms -->\n`, 'src/db/a.ts': 'export const a = 1;' };
  expect(rulesBroken(tree)).toEqual(['README.md:2 room-map']);
});
