import type { TestProject } from 'vitest/node';
import { startPostgres, type TestServer } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/** One PostgreSQL serves the whole run; each test gets a database of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw new Error(`Tests need Node 24 or newer; this is ${process.version}. Run them with: npm test`);
  }
  const server: TestServer = await startPostgres();
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}
