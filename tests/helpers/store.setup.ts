/** One PostgreSQL for a whole run of the suites, where they are to run on it. */
import type { TestProject } from 'vitest/node';
import { chosenStore } from './store.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of a superuser; only with `PIDGE_TEST_STORE=postgres`. */
    postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (chosenStore() !== 'postgres') return undefined;
  const { startServer } = await import('./postgres-server.ts');
  const server = await startServer();
  project.provide('postgresUrl', server.url);
  return () => server.close();
}
