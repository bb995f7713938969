/** What there is to know of a store itself, for people. */
import type { Ask } from './inbound-reads.ts';
import type { FactReads } from './insight-shapes.ts';

const SCHEMA = 'select cast(name as text) from kysely_migration order by name';

export function sqliteFacts(ask: Ask): FactReads['facts'] {
  return async () => {
    const [size] = await ask('select page_count * page_size from pragma_page_count(), pragma_page_size()', []);
    const [version] = await ask('select sqlite_version()', []);
    return {
      engine: 'sqlite',
      engineVersion: String(version?.[0] ?? ''),
      sizeBytes: Number(size?.[0] ?? 0),
      schema: (await ask(SCHEMA, [])).map(([name]) => name as string),
      nodes: [],
    };
  };
}

export function postgresFacts(ask: Ask): FactReads['facts'] {
  return async (now) => {
    const text = "select pg_database_size(current_database()), current_setting('server_version')";
    const [row] = await ask(text, []);
    const nodes = await ask('select owner, address, roles, alive_until from nodes where alive_until > $1', [now]);
    return {
      engine: 'postgres',
      engineVersion: String(row?.[1] ?? ''),
      sizeBytes: Number(row?.[0] ?? 0),
      schema: (await ask(SCHEMA, [])).map(([name]) => name as string),
      nodes: nodes.map(([owner, address, roles, aliveUntil]) => ({
        owner: owner as string,
        address: address as string,
        roles: (roles as string).split(','),
        aliveUntil: aliveUntil as number,
      })),
    };
  };
}
