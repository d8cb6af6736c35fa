import { pathToFileURL } from 'node:url';
import { ABOVE_ALL } from './house.ts';
import { catalogViolations } from './tidy-catalogs.ts';
import { importViolations } from './tidy-imports.ts';
import { portViolations } from './tidy-ports.ts';
import { sizeViolations } from './tidy-sizes.ts';
import { isTypeScript, parseSource, readTree, type Tree, type Violation } from './tidy-source.ts';
import { ownerViolations, tableNames, tableViolations } from './tidy-tables.ts';
import {
  nameViolations,
  roomMapViolations,
  strangerViolations,
  switchedOffViolations,
  textViolations,
} from './tidy-text.ts';

export interface Report {
  /** Every file that was looked at. */
  seen: string[];
  violations: Violation[];
}

/** Holds a tree of files, which lies at `root`, to the rules of the house. Parses, never type-checks, so it takes a second or two. */
export const tidy = (tree: Tree, root = process.cwd()): Report => {
  const seen = Object.keys(tree);
  const tables = new Set(tableNames(tree));
  const sources = seen.filter(isTypeScript).map((file) => parseSource(file, tree[file] ?? ''));
  const violations = [
    ...strangerViolations(tree, ABOVE_ALL),
    ...sources.flatMap((source) => [
      ...importViolations(source),
      ...tableViolations(source, tables),
      ...portViolations(source),
      ...sizeViolations(source),
      ...switchedOffViolations(source),
    ]),
    ...ownerViolations(tree),
    ...catalogViolations(sources),
    ...seen.flatMap((file) => [...textViolations(file, tree[file] ?? '', root), ...nameViolations(file)]),
    ...roomMapViolations(tree),
  ];
  return { seen, violations };
};

/** `file:line  rule: what is wrong. How to mend it.` */
export const print = ({ file, line, rule, what, mend }: Violation): string =>
  `${file}:${line}  ${rule}: ${what}. ${mend}`;

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { seen, violations } = tidy(readTree(process.cwd()));
  for (const one of violations) console.log(print(one));
  console.log(`${violations.length} violations in ${seen.length} files`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
