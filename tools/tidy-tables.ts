import ts from 'typescript';
import { TABLE_OWNERS } from './house.ts';
import { lineOf, parseSource, type Source, type Tree, type Violation, walk } from './tidy-source.ts';

/** The database room declares all tables, in one file or a few. */
const TABLES_FILE = /^src\/db\/([a-z-]+-)?tables\.ts$/;

const MIGRATION_FILE = /^src\/db\/migrations\/[a-z-]+\.ts$/;
const CREATED_TABLE = /\bcreate\s+(?:virtual\s+)?table\s+(?:if\s+not\s+exists\s+)?"?([a-z_]+)/g;

const declaredIn = (file: string, text: string): string[] => {
  const names: string[] = [];
  walk(parseSource(file, text), (node) => {
    if (!ts.isInterfaceDeclaration(node) || !node.name.text.endsWith('Tables')) return;
    for (const { name } of node.members) {
      if (name && (ts.isIdentifier(name) || ts.isStringLiteral(name))) names.push(name.text);
    }
  });
  return names;
};

/**
 * The names of all tables: the keys of `interface Tables` and of the `…Tables` that it extends, and what migrations make
 * beside them, such as a search index.
 */
export const tableNames = (tree: Tree): string[] => {
  const names = Object.entries(tree).flatMap(([file, text]) => {
    if (TABLES_FILE.test(file)) return declaredIn(file, text);
    return MIGRATION_FILE.test(file) ? [...text.matchAll(CREATED_TABLE)].map((found) => found[1] ?? '') : [];
  });
  return [...new Set(names)];
};

/** Kysely's methods that take a table: each string argument is a table, perhaps with an alias. */
const BUILDER_CALL =
  /^(selectFrom|insertInto|replaceInto|updateTable|deleteFrom|mergeInto|from|using|innerJoin|leftJoin|rightJoin|fullJoin|crossJoin|table)$/;

/** A piece of SQL, told from prose by how it starts. */
const SQL_START =
  /^\s*(select|insert|update|delete|with|create|drop|alter|replace|from|join|left join|inner join|where|and exists|exists|union)\b/i;
const TABLE_IN_SQL = /\b(?:from|join|into|update|table|exists)\s+"?([a-z_]+)"?/gi;

/** The text of a string or template, with a gap for each value put in. */
const textOf = (node: ts.Node): string | undefined => {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map((span) => ` ? ${span.literal.text}`).join('');
};

const tablesInSql = (text: string): string[] =>
  SQL_START.test(text) ? [...text.matchAll(TABLE_IN_SQL)].map((found) => (found[1] ?? '').toLowerCase()) : [];

const tablesInCall = (node: ts.CallExpression): string[] => {
  if (!ts.isPropertyAccessExpression(node.expression) || !BUILDER_CALL.test(node.expression.name.text))
    return [];
  const first = node.arguments[0];
  const named = first && ts.isArrayLiteralExpression(first) ? [...first.elements] : first ? [first] : [];
  return named.map((one) => (textOf(one) ?? '').split(/\s+/)[0] ?? '');
};

/** A table may be named in its room's store and in db/ only. Tests may look at any table. */
export const tableViolations = (source: Source, tables: ReadonlySet<string>): Violation[] => {
  if (!source.inSrc || source.isTest || source.room === 'db') return [];
  const found: Violation[] = [];
  const check = (node: ts.Node, name: string): void => {
    if (!tables.has(name)) return;
    const owner = TABLE_OWNERS[name];
    if (owner === source.room && source.isStore) return;
    found.push({
      file: source.path,
      line: lineOf(source, node),
      rule: 'table-home',
      what: `the table ${name} is named outside its store`,
      mend: `Put the statement in src/${owner ?? '?'}/store.ts (or a *-store.ts beside it) and call that.`,
    });
  };
  walk(source, (node) => {
    if (ts.isCallExpression(node)) for (const name of tablesInCall(node)) check(node, name);
    const text = textOf(node);
    if (text !== undefined) for (const name of new Set(tablesInSql(text))) check(node, name);
  });
  return found;
};

/** Each table has an owner, and each owner a table. */
export const ownerViolations = (tree: Tree): Violation[] => {
  const tables = tableNames(tree);
  if (tables.length === 0) return [];
  const say = (what: string): Violation => ({
    file: 'src/db/tables.ts',
    line: 1,
    rule: 'table-home',
    what,
    mend: 'Bring TABLE_OWNERS of tools/house.ts up to date.',
  });
  return [
    ...tables.filter((name) => !(name in TABLE_OWNERS)).map((name) => say(`the table ${name} has no owner`)),
    ...Object.keys(TABLE_OWNERS)
      .filter((name) => !tables.includes(name))
      .map((name) => say(`there is no table ${name}, yet it has an owner`)),
  ];
};
