import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOMS, STORE_FILES } from './house.ts';

/** Path from the root of the repository, with forward slashes → text. */
export type Tree = Readonly<Record<string, string>>;

export interface Violation {
  file: string;
  /** From 1. */
  line: number;
  /** A short name, so that a message can be looked up in STYLE.md. */
  rule: string;
  what: string;
  /** What to do about it, in one sentence. */
  mend: string;
}

/** One TypeScript file, parsed but not type-checked. */
export interface Source {
  path: string;
  /** The path below src/, or '' for a file elsewhere. */
  inSrc: string;
  /** The room it belongs to, or '' when it stands above all rooms or outside src/. */
  room: string;
  isTest: boolean;
  isStore: boolean;
  text: string;
  ast: ts.SourceFile;
}

/** A test, or a suite or contract that tests run. */
export const isTestFile = (file: string): boolean => /(\.test|[./](suite|contract))\.ts$/.test(file);
const ROOM_NAMES = new Set(ROOMS.map((room) => room.name));

/** The folders that the rules look at, beside the documents. */
const CODE_FOLDERS = ['src', 'test', 'tools', 'bench', 'demo', 'bin', 'web/src'];
const CODE_FILE = /\.(ts|mjs|svelte|css|html)$/;
/** Text from elsewhere is kept byte for byte. */
const NOT_OURS = /(^|\/)(fixtures|node_modules|build|dist|\.svelte-kit)\//;

export const isTypeScript = (file: string): boolean => file.endsWith('.ts') && !file.endsWith('.d.ts');

export const parseSource = (file: string, text: string): Source => {
  const inSrc = file.startsWith('src/') ? file.slice('src/'.length) : '';
  const folder = inSrc.split('/')[0] ?? '';
  return {
    path: file,
    inSrc,
    room: ROOM_NAMES.has(folder) ? folder : '',
    isTest: isTestFile(file),
    isStore: /(^|\/)(store|[a-z0-9-]+-store)\.ts$/.test(inSrc) || inSrc in STORE_FILES,
    text,
    ast: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true),
  };
};

export const lineOf = (source: Source, node: ts.Node): number =>
  source.ast.getLineAndCharacterOfPosition(node.getStart(source.ast)).line + 1;

/** Calls `visit` for every node of the file, parents first. */
export const walk = (source: Source, visit: (node: ts.Node) => void): void => {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(source.ast);
};

const filesUnder = (root: string, folder: string): string[] => {
  const start = path.join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !NOT_OURS.test(file));
};

/** Every code file on disk below one folder, found without git. */
export const codeOnDisk = (root: string, folder: string): string[] =>
  filesUnder(root, folder)
    .filter((file) => CODE_FILE.test(file))
    .sort();

const known = (root: string): string[] => {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 }).split('\0');
  } catch {
    // A source archive has no git folder: then everything on disk counts.
    return [
      ...CODE_FOLDERS.flatMap((folder) => filesUnder(root, folder)),
      ...filesUnder(root, 'docs'),
      'README.md',
    ];
  }
};

/** Every file that the rules look at: tracked, or new and not ignored. */
export const readTree = (root: string): Tree => {
  const wanted = (file: string): boolean => {
    if (NOT_OURS.test(file)) return false;
    if (file.endsWith('.md')) return !file.includes('/') || file.startsWith('docs/');
    return CODE_FILE.test(file) && CODE_FOLDERS.some((folder) => file.startsWith(`${folder}/`));
  };
  const files = [...new Set(known(root))].filter((file) => wanted(file) && existsSync(path.join(root, file)));
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
};

/** The rooms of the plan that have code, in their order. */
export const roomsInUse = (tree: Tree): typeof ROOMS => {
  const folders = new Set(
    Object.keys(tree)
      .filter((file) => file.startsWith('src/') && isTypeScript(file))
      .map((file) => file.split('/')[1]),
  );
  return ROOMS.filter((room) => folders.has(room.name));
};
