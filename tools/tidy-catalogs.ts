import path from 'node:path';
import { importsOf } from './tidy-imports.ts';
import type { Source, Violation } from './tidy-source.ts';

/** A kind is a file in one of these folders under src/, and is listed in the catalog beside it or one folder up. */
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

const kindViolations = (kind: Source, byPath: ReadonlyMap<string, Source>): Violation[] => {
  const catalogs = catalogsFor(path.posix.dirname(kind.inSrc));
  if (catalogs.includes(kind.path)) return [];
  const listed = catalogs.some((file) => {
    const catalog = byPath.get(file);
    return catalog !== undefined && importedFiles(catalog).includes(kind.path);
  });
  return listed ? [] : [unlisted(kind.path, catalogs[0] ?? 'its catalog')];
};

const providerViolations = (sources: readonly Source[], byPath: ReadonlyMap<string, Source>): Violation[] => {
  const names = new Set(
    sources
      .filter((one) => one.inSrc.startsWith(`${PROVIDERS}/`) && one.inSrc.split('/').length > 3)
      .map((one) => one.inSrc.split('/')[2]),
  );
  const file = `src/${PROVIDERS}/catalog.ts`;
  const catalog = byPath.get(file);
  const listed = catalog ? importedFiles(catalog) : [];
  return [...names]
    .filter((name) => !listed.some((one) => one.startsWith(`src/${PROVIDERS}/${name}/`)))
    .map((name) => unlisted(`src/${PROVIDERS}/${name}/`, file));
};

/** Every kind is in its catalog and every job in jobs.ts: what nobody lists, nobody runs. */
export const catalogViolations = (sources: readonly Source[]): Violation[] => {
  const ours = sources.filter((one) => one.inSrc && !one.isTest);
  const byPath = new Map(ours.map((one) => [one.path, one]));
  const kinds = ours.filter((one) => KIND_FOLDER.test(path.posix.dirname(one.inSrc)));
  const listedJobs = byPath.get(JOBS) ? importedFiles(byPath.get(JOBS) as Source) : [];
  const jobs = ours.filter((one) => one.inSrc.endsWith('.job.ts') && !listedJobs.includes(one.path));
  return [
    ...kinds.flatMap((kind) => kindViolations(kind, byPath)),
    ...jobs.map((job) => unlisted(job.path, JOBS)),
    ...providerViolations(ours, byPath),
  ];
};
