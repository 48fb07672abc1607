import type { TestProject } from 'vitest/node';
import { type RunningPostgres, startPostgres } from '../../scripts/postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL for this run of the tests. */
    postgresUrl: string | undefined;
    /** Why there is none. */
    postgresMissing: string | undefined;
  }
}

/** Global setup of vitest: one server for the run. `TEST_DATABASE_URL` names another one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.TEST_DATABASE_URL;
  if (url !== undefined) return provide(project, url);
  try {
    // What is tested by killing the server needs no disk that is in time.
    const server: RunningPostgres = await startPostgres({ settings: { fsync: 'off', max_connections: 200 } });
    return provide(project, server.url, () => server.stop());
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`\nPostgreSQL could not be started, so its tests are SKIPPED: ${reason}\n`);
    project.provide('postgresMissing', reason);
    return async () => undefined;
  }
}

function provide(project: TestProject, url: string, stop = async (): Promise<void> => undefined): () => Promise<void> {
  project.provide('postgresUrl', url);
  return stop;
}
