import ts from 'typescript';
import { ABOVE_ALL, PACKAGE_HOMES, ROOMS, TEST_PACKAGES } from './house.ts';
import { lineOf, type Source, type Violation, walk } from './tidy-source.ts';

interface Import {
  specifier: string;
  node: ts.Node;
}

/** Everything that a file imports: statements, re-exports, dynamic imports and import types. */
export const importsOf = (source: Source): Import[] => {
  const found: Import[] = [];
  const keep = (node: ts.Node | undefined): void => {
    if (node && ts.isStringLiteralLike(node)) found.push({ specifier: node.text, node });
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) keep(node.moduleSpecifier);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      keep(node.arguments[0]);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) keep(node.argument.literal);
  });
  return found;
};

const HEIGHT = new Map(ROOMS.map((room, index) => [room.name, ROOMS.length - index]));
const ABOVE = ROOMS.length + 1;

const heightOf = (inSrc: string): number | undefined =>
  ABOVE_ALL.includes(inSrc) ? ABOVE : HEIGHT.get(inSrc.split('/')[0] ?? '');

const say = (source: Source, node: ts.Node, rule: string, what: string, mend: string): Violation => ({
  file: source.path,
  line: lineOf(source, node),
  rule,
  what,
  mend,
});

const roomViolation = (source: Source, { specifier, node }: Import): Violation | undefined => {
  const target = specifier.slice(1);
  const from = heightOf(source.inSrc);
  const to = heightOf(target);
  if (to === undefined) {
    const known = "Name a room of tools/house.ts, as in '#mail/patch.ts'.";
    return say(source, node, 'room-order', `'${specifier}' leads to no room`, known);
  }
  if (!/\.(ts|json)$/.test(target)) {
    return say(
      source,
      node,
      'import-form',
      `'${specifier}' names no file`,
      'Write the file with its ending.',
    );
  }
  if (from === undefined || from >= to) return undefined;
  const here = source.room || source.inSrc;
  const there = target.split('/')[0];
  return say(
    source,
    node,
    'room-order',
    `${here} imports from ${there}, which stands above it`,
    'Move the code down, or let the room above hand it in as an argument.',
  );
};

const packageKey = (specifier: string, keys: readonly string[]): string | undefined =>
  keys.find((key) => specifier === key || specifier.startsWith(`${key}/`));

const packageViolation = (source: Source, { specifier, node }: Import): Violation | undefined => {
  if (source.isTest && packageKey(specifier, TEST_PACKAGES)) return undefined;
  const key = packageKey(specifier, Object.keys(PACKAGE_HOMES));
  if (!key) {
    if (specifier.startsWith('node:')) return undefined;
    const mend = 'Give it a home in PACKAGE_HOMES of tools/house.ts, and a sentence in docs/dependencies.md.';
    return say(source, node, 'package-home', `the package '${specifier}' has no home`, mend);
  }
  const homes = PACKAGE_HOMES[key] ?? [];
  if (homes.some((home) => (home === 'store' ? source.isStore : source.inSrc.startsWith(home))))
    return undefined;
  const where = homes.map((home) => (home === 'store' ? 'a store file' : `src/${home}`)).join(', ');
  const mend = `Import it in ${where} only, and hand out a type of our own.`;
  return say(source, node, 'package-home', `'${specifier}' is imported away from its home`, mend);
};

/** Room order, the two forms of import, and each package in its home. Only files under src/ have rooms. */
export const importViolations = (source: Source): Violation[] => {
  if (!source.inSrc) return [];
  const found = importsOf(source).map((one) => {
    // The test kit wires the whole App, so a test may reach up to it.
    if (source.isTest && /^#(test|web)\//.test(one.specifier)) return undefined;
    if (one.specifier.startsWith('#')) return roomViolation(source, one);
    if (one.specifier.startsWith('./')) return undefined;
    if (one.specifier.startsWith('.')) {
      const mend = "Write './x.ts' in the same folder, '#room/file.ts' elsewhere.";
      return say(source, one.node, 'import-form', `'${one.specifier}' climbs out of its folder`, mend);
    }
    return packageViolation(source, one);
  });
  return found.filter((one) => one !== undefined);
};
