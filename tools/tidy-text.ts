import path from 'node:path';
import ts from 'typescript';
import {
  isTestFile,
  lineOf,
  roomsInUse,
  type Source,
  type Tree,
  type Violation,
  walk,
} from './tidy-source.ts';

/** Home folders. A path that starts so works on one machine only; tests may make up such places. */
const MACHINE_PATH = /(?<![\w.~-])\/(?:home|Users|root)\/[\w.-]+|\b[A-Z]:\\Users\\/;
// Put together from halves, so that this file does not break its own rule.
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);

const BANNED_NAME = /^(utils?|helpers?|common|shared|manager|interfaces|index)\.(ts|svelte)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/;

const CASE_MAKERS = new Set(['test', 'it', 'describe', 'suite']);
const SWITCHES = new Set(['only', 'skip', 'todo']);

const eachLine = (
  file: string,
  text: string,
  pattern: RegExp,
  of: Omit<Violation, 'file' | 'line' | 'what'>,
): Violation[] =>
  text.split('\n').flatMap((line, index) => {
    const found = pattern.exec(line);
    return found ? [{ ...of, file, line: index + 1, what: `\`${found[0]}\`` }] : [];
  });

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Rules on plain text: no paths of one machine, `root` above all, and nothing unfinished in code. */
export const textViolations = (file: string, text: string, root: string): Violation[] => {
  const mend = 'Say it relative to the repository, a setting, or a temporary folder.';
  const here = root.replace(/\/$/, '');
  return [
    ...(isTestFile(file) ? [] : eachLine(file, text, MACHINE_PATH, { rule: 'machine-path', mend })),
    // A folder right below the top, such as a container's, is too short to tell from other text.
    ...(here.split('/').length > 2
      ? eachLine(file, text, new RegExp(escaped(here)), { rule: 'machine-path', mend })
      : []),
    ...(file.endsWith('.md')
      ? []
      : eachLine(file, text, UNFINISHED, {
          rule: 'unfinished',
          mend: 'Do it now, or say what is missing in the docs.',
        })),
  ];
};

/** kebab-case, and a name that says what is inside. SvelteKit's own `+page` names are left alone. */
export const nameViolations = (file: string): Violation[] => {
  const name = path.posix.basename(file);
  if (file.startsWith('web/') || !/\.(ts|mjs)$/.test(name)) return [];
  if (KEBAB.test(name) && !BANNED_NAME.test(name)) return [];
  const mend = 'Use kebab-case and a word for what is inside.';
  return [{ file, line: 1, rule: 'file-name', what: `the name ${name}`, mend }];
};

/** `test.only`, `describe.skip`, `it.todo` and longer chains of them. */
export const switchedOffViolations = (source: Source): Violation[] => {
  const found: Violation[] = [];
  walk(source, (node) => {
    if (!ts.isPropertyAccessExpression(node) || !SWITCHES.has(node.name.text)) return;
    const head = node.expression.getText(source.ast).split('.')[0] ?? '';
    if (!CASE_MAKERS.has(head)) return;
    const what = `\`${node.getText(source.ast)}\``;
    const mend = 'Run every test: mend it or remove it.';
    found.push({ file: source.path, line: lineOf(source, node), rule: 'switched-off', what, mend });
  });
  return found;
};

const MAP_START = '<!-- rooms: made by `npm run snapshot` from tools/house.ts -->';
const MAP_END = '<!-- /rooms -->';

/** The README with its map of rooms as the code has them now. */
export const withRoomMap = (readme: string, tree: Tree): string => {
  const start = readme.indexOf(MAP_START);
  const end = readme.indexOf(MAP_END);
  if (start < 0 || end < start) return `${readme.trimEnd()}\n\n${MAP_START}\n${MAP_END}\n`;
  const rows = roomsInUse(tree).map((room) => `| [\`${room.name}\`](src/${room.name}) | ${room.purpose} |`);
  const table = ['| room | what it is for |', '| --- | --- |', ...rows].join('\n');
  return `${readme.slice(0, start + MAP_START.length)}\n${table}\n${readme.slice(end)}`;
};

/** The README's map is the house: the same rooms, in the same order, for the same purposes. */
export const roomMapViolations = (tree: Tree): Violation[] => {
  const readme = tree['README.md'];
  if (readme === undefined || readme === withRoomMap(readme, tree)) return [];
  const line = readme.slice(0, Math.max(0, readme.indexOf(MAP_START))).split('\n').length;
  const what = 'the map of rooms differs from tools/house.ts and the folders under src/';
  return [{ file: 'README.md', line, rule: 'room-map', what, mend: 'Run `npm run snapshot`.' }];
};

/** Every folder under src/ is a room, and every file directly under src/ is one of the few that stand above. */
export const strangerViolations = (tree: Tree, above: readonly string[]): Violation[] => {
  const rooms = new Set(roomsInUse(tree).map((room) => room.name));
  return Object.keys(tree).flatMap((file) => {
    const [top, second, ...rest] = file.split('/');
    if (top !== 'src' || second === undefined) return [];
    if (rest.length > 0 ? rooms.has(second) : above.includes(second) || second.endsWith('.test.ts'))
      return [];
    const mend = 'Move it into a room, or add a room to ROOMS of tools/house.ts.';
    return [{ file, line: 1, rule: 'room-order', what: `src/${second} is no room`, mend }];
  });
};
