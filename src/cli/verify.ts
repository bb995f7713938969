import { type ConfigSources, readConfig } from '../config.ts';
import { withoutPassword } from '../config-values.ts';
import { countOf, showFindings } from './db-findings.ts';
import { onDatabase, openReader } from './db-place.ts';
import { EXIT } from './exit.ts';
import { tell } from './terminal.ts';

/** Checks every invariant of the store, changing nothing, also beside running servers. 8 when one does not hold. */
export async function verify(sources: ConfigSources, options: { json: boolean }): Promise<number> {
  const { database } = readConfig(sources);
  return onDatabase(database, async () => {
    const store = await openReader(database);
    try {
      const findings = await store.verify();
      showFindings(findings, options.json);
      tell(`${withoutPassword(database)}: ${countOf(findings)}`);
      return findings.length === 0 ? EXIT.ok : EXIT.assertion;
    } finally {
      await store.close();
    }
  });
}
