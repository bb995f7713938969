import { existsSync } from 'node:fs';
import { type ConfigSources, readConfig } from '../config.ts';
import { openSqliteReader } from '../store/sqlite.ts';
import { CliError, EXIT } from './exit.ts';
import { print, tell } from './terminal.ts';

/** Checks every invariant of the store, changing nothing, also beside a running server. 8 when one does not hold. */
export async function verify(sources: ConfigSources, options: { json: boolean }): Promise<number> {
  const { database } = readConfig(sources);
  if (database === ':memory:' || !existsSync(database)) {
    throw new CliError(
      EXIT.notFound,
      `There is no database at ${database}. Name its folder: pidge verify --data FOLDER`,
    );
  }
  const store = openSqliteReader(database);
  try {
    const findings = await store.verify();
    for (const finding of findings) {
      print(options.json ? JSON.stringify(finding) : `${finding.rule}  ${finding.subject}  ${finding.detail}`);
    }
    tell(`${database}: ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`);
    return findings.length === 0 ? EXIT.ok : EXIT.assertion;
  } finally {
    await store.close();
  }
}
