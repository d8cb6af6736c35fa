import path from 'node:path';
import ts from 'typescript';
import { importsOf } from './tidy-imports.ts';
import { type Source, type Violation, walk } from './tidy-source.ts';

/** Folders under src/ that hold kinds, which are listed in the catalog beside them or one folder up. */
const KIND_FOLDER = /(^|\/)(kinds|conditions|sections)$|^http\/routes$|^cli\/commands$/;
const PROVIDERS = 'mail/providers';
const JOBS = 'src/jobs.ts';

/** The paths, from the root, of the files under src/ that a file imports. */
const importedFiles = (source: Source): string[] =>
  importsOf(source).flatMap(({ specifier }) => {
    if (specifier.startsWith('#')) return [`src/${specifier.slice(1)}`];
    return specifier.startsWith('./') ? [path.posix.join(path.posix.dirname(source.path), specifier)] : [];
  });

const unlisted = (file: string, catalog: string): Violation => ({
  file,
  line: 1,
  rule: 'catalog',
  what: `nobody lists it`,
  mend: `Add it to ${catalog}.`,
});

const catalogsFor = (folder: string): string[] => [
  `src/${folder}/catalog.ts`,
  `src/${path.posix.dirname(folder)}/catalog.ts`,
];

/** Whether the file makes a kind: it calls a `define…` function. */
const makesKind = (source: Source): boolean => {
  let found = false;
  walk(source, (node) => {
    found ||=
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      /^define[A-Z]/.test(node.expression.text);
  });
  return found;
};

/** Path of a file → the files that it imports, worked out once for all rules. */
type Imports = ReadonlyMap<string, readonly string[]>;

/** A file in a folder of kinds is listed in the catalog, or it makes no kind and others use it. */
const kindViolations = (file: Source, imports: Imports): Violation[] => {
  const folder = path.posix.dirname(file.inSrc);
  const catalogs = catalogsFor(folder);
  if (catalogs.includes(file.path)) return [];
  const importers = [...imports].filter(([, targets]) => targets.includes(file.path)).map(([one]) => one);
  if (importers.some((one) => catalogs.includes(one))) return [];
  return importers.length > 0 && !makesKind(file) ? [] : [unlisted(file.path, catalogs[0] ?? 'its catalog')];
};

const providerViolations = (sources: readonly Source[], imports: Imports): Violation[] => {
  const inFolders = sources.filter(
    (one) => one.inSrc.startsWith(`${PROVIDERS}/`) && one.inSrc.split('/').length > 3,
  );
  const names = new Set(inFolders.map((one) => one.inSrc.split('/')[2]));
  const catalog = `src/${PROVIDERS}/catalog.ts`;
  const listed = imports.get(catalog) ?? [];
  return [...names]
    .filter((name) => !listed.some((one) => one.startsWith(`src/${PROVIDERS}/${name}/`)))
    .map((name) => unlisted(`src/${PROVIDERS}/${name}/`, catalog));
};

/** Every kind is in its catalog and every job in jobs.ts: what nobody lists, nobody runs. */
export const catalogViolations = (sources: readonly Source[]): Violation[] => {
  const ours = sources.filter((one) => one.inSrc && !one.isTest);
  const imports = new Map(ours.map((one) => [one.path, importedFiles(one)]));
  const kinds = ours.filter((one) => KIND_FOLDER.test(path.posix.dirname(one.inSrc)));
  const listedJobs = imports.get(JOBS) ?? [];
  const jobs = ours.filter((one) => one.inSrc.endsWith('.job.ts') && !listedJobs.includes(one.path));
  return [
    ...kinds.flatMap((kind) => kindViolations(kind, imports)),
    ...jobs.map((job) => unlisted(job.path, JOBS)),
    ...providerViolations(ours, imports),
  ];
};
