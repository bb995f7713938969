import type { Heartbeat, Membership, NodeRecord } from '../store.ts';
import type { Session } from './driver.ts';

/** Nodes and the carrier connections they hold. One statement, so that a heartbeat costs one round trip. */

const BEAT = `with beat as (
    insert into nodes (owner, address, roles, alive_until) values ($1, $2, $3, $4)
    on conflict (owner) do update set address = excluded.address, roles = excluded.roles,
      alive_until = greatest(nodes.alive_until, excluded.alive_until))
  insert into leases (connector, owner, until)
  select c, $1, $4 from unnest($5::text[]) c order by c
  on conflict (connector) do update set owner = excluded.owner, until = excluded.until
    where leases.owner = excluded.owner or leases.until <= $6
  returning connector`;
const ALIVE = `select n.owner, n.address, n.roles, n.alive_until, coalesce(string_agg(l.connector, ',' order by l.connector), '')
  from nodes n left join leases l on l.owner = n.owner and l.until > $1
  where n.alive_until > $1 group by n.owner, n.address, n.roles, n.alive_until order by n.owner`;

export async function heartbeat(session: Session, beat: Heartbeat, now: number): Promise<Membership> {
  const { owner, address, roles, connectors, leaseMs } = beat;
  const held = await session.query(BEAT, [owner, address, roles.join(','), now + leaseMs, connectors, now]);
  return { alone: false, held: held.map((row) => row[0] as string), nodes: await aliveNodes(session, now) };
}

export async function aliveNodes(session: Session, now: number): Promise<NodeRecord[]> {
  const rows = await session.query(ALIVE, [now]);
  return rows.map(([owner, address, roles, aliveUntil, connectors]) => ({
    owner: owner as string,
    address: address as string,
    roles: words(roles as string),
    connectors: words(connectors as string),
    aliveUntil: aliveUntil as number,
  }));
}

function words(text: string): string[] {
  return text === '' ? [] : text.split(',');
}
