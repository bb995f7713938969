import type { ConfigSources } from '../config.ts';
import { blobSettings } from '../config-media.ts';
import { withoutPassword } from '../config-values.ts';
import { blobFindings } from '../store/blobs/findings.ts';
import { openBlobReader } from '../store/blobs/open.ts';
import { countOf, showFindings } from './db-findings.ts';
import { onDatabase, openReader, storeConfig } from './db-place.ts';
import { EXIT } from './exit.ts';
import { tell } from './terminal.ts';

/** Checks every invariant of the store, changing nothing, also beside running servers. 8 when one does not hold. */
export async function verify(sources: ConfigSources, options: { json: boolean }): Promise<number> {
  const config = storeConfig(sources);
  const { database } = config;
  return onDatabase(database, async () => {
    const store = await openReader(database);
    const blobs = await openBlobReader(blobSettings(config));
    try {
      const findings = [...(await store.verify()), ...(await blobFindings(store, blobs))];
      showFindings(findings, options.json);
      tell(`${withoutPassword(database)}: ${countOf(findings)}`);
      return findings.length === 0 ? EXIT.ok : EXIT.assertion;
    } finally {
      await store.close();
      await blobs.close();
    }
  });
}
