import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTree } from './tidy-source.ts';
import { withRoomMap } from './tidy-text.ts';

/** What a render may need from outside. */
export interface GoldenTools {
  /** A fresh, empty PostgreSQL database, made when it is asked for. */
  postgres(): Promise<string>;
}

/** A committed file that is made from the code. Its diff is read in review; a test compares it with what the code makes now. */
export interface Golden {
  /** Path from the root of the repository. */
  file: string;
  /** The whole text, the same on every machine. Imports what it needs itself, so that the list stays cheap to load. */
  render(tools: GoldenTools): string | Promise<string>;
}

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Every golden file. `npm run snapshot` writes them all. */
export const GOLDENS: readonly Golden[] = [
  {
    file: 'README.md',
    render: () => withRoomMap(readFileSync(path.join(ROOT, 'README.md'), 'utf8'), readTree(ROOT)),
  },
  {
    file: 'docs/api/config.schema.json',
    render: async () => (await import('#config/json-schema.ts')).renderConfigSchema(),
  },
  ...(['email', 'user', 'digest'] as const).map(
    (name): Golden => ({
      file: `docs/api/${name}.schema.json`,
      render: async () => (await import('#http/models.ts')).renderModelSchema(name),
    }),
  ),
  {
    file: 'docs/api/openapi.json',
    render: async () => {
      const [{ openApiDocument }, { ROUTES }] = await Promise.all([
        import('#http/openapi.ts'),
        import('#http/routes/catalog.ts'),
      ]);
      const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
        version: string;
      };
      return `${JSON.stringify(openApiDocument(ROUTES, version), null, 2)}\n`;
    },
  },
  {
    file: 'docs/cli.md',
    render: async () => (await import('#cli/help-page.ts')).renderHelpPage(),
  },
  {
    file: 'src/db/snapshot/sqlite.sql',
    render: async () => (await import('./schema-dump.ts')).dumpSqlite(),
  },
  {
    file: 'src/db/snapshot/postgres.sql',
    render: async ({ postgres }) => (await import('./schema-dump.ts')).dumpPostgres(await postgres()),
  },
];
