import type { Session } from './driver.ts';

/** What must be on for an answered message to outlive a power cut, and what is lost without it (D1). */
const NEEDED: Record<string, string> = {
  fsync: 'a power cut can damage the whole database',
  full_page_writes: 'a power cut can damage pages that were being written',
  synchronous_commit: 'a crash loses the messages acknowledged last',
};

/** Names every setting of the server that is off and what it risks; `null`: commits are durable. */
export async function durabilityRisk(session: Session): Promise<string | null> {
  const rows = await session.query('select name, setting from pg_settings where name = any($1)', [Object.keys(NEEDED)]);
  const off = rows.filter((row) => row[1] === 'off').map((row) => row[0] as string);
  return off.length === 0 ? null : off.map((name) => `${name} is off: ${NEEDED[name]}`).join('; ');
}
