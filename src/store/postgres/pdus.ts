import type { TracedPdu } from '../../domain/pdu-trace.ts';
import { sidTime } from '../../domain/sid.ts';
import { type Owner, PDU_COLUMNS, pduValues } from '../pdu-rows.ts';
import type { PduBounds } from '../pdu-shapes.ts';
import type { Batch, MessageKey } from './batch.ts';
import { Columns } from './columns.ts';

/** PDUs that are kept to be looked at, by the rules told in `sql/pdus.ts`. */

const ROWS = 5_000;

export async function keepPdus(batch: Batch, pdus: TracedPdu[]): Promise<void> {
  const byCarrierId = await ownersOf(batch, pdus);
  const owners = pdus.map(({ owner, connector }): Owner | null => {
    if (owner.kind === 'none') return null;
    return owner.kind === 'message' ? owner : (byCarrierId.get(`${connector} ${owner.carrierId}`) ?? null);
  });
  const whole = await wholeOf(batch, owners);
  const columns = new Columns(8);
  for (const [index, pdu] of pdus.entries()) {
    const owner = owners[index] ?? null;
    if (owner === null || whole.has(owner.messageSid)) columns.push(...pduValues(pdu, owner));
  }
  if (columns.size === 0) return;
  await batch.query(
    `insert into pdus (${PDU_COLUMNS})
     select account_sid, message_sid, connector, bind, peer, ours, octets, at
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::bigint[])
       with ordinality u (account_sid, message_sid, connector, bind, peer, ours, octets, at, place) order by place`,
    columns.values,
  );
}

async function ownersOf(batch: Batch, pdus: TracedPdu[]): Promise<Map<string, Owner>> {
  const columns = new Columns(2);
  for (const { owner, connector } of pdus) {
    if (owner.kind === 'carrier-id') columns.push(connector, owner.carrierId);
  }
  if (columns.size === 0) return new Map();
  const rows = await batch.query(
    `select p.connector, p.carrier_id, p.account_sid, p.message_sid
     from (select distinct * from unnest($1::text[], $2::text[]) u (connector, carrier_id)) k
     join parts p on p.connector = k.connector and p.carrier_id = k.carrier_id`,
    columns.values,
  );
  return new Map(
    (rows as [string, string, string, string][]).map(([connector, id, accountSid, messageSid]) => [
      `${connector} ${id}`,
      { accountSid, messageSid },
    ]),
  );
}

/** Messages with their content and numbers. Their rows are locked, so that none loses them unseen. */
async function wholeOf(batch: Batch, owners: (Owner | null)[]): Promise<Set<string>> {
  const columns = new Columns(3);
  const distinct = new Map(owners.flatMap((owner) => (owner ? [[owner.messageSid, owner] as const] : [])));
  for (const { accountSid, messageSid } of distinct.values()) columns.push(accountSid, sidTime(messageSid), messageSid);
  if (columns.size === 0) return new Set();
  const rows = await batch.query(
    `select m.sid from unnest($1::text[], $2::bigint[], $3::text[]) k (account_sid, sid_at, sid)
     join messages m on m.account_sid = k.account_sid and m.sid_at = k.sid_at and m.sid = k.sid
     where m.body <> '' and right(m.to_address, 4) <> 'XXXX' and coalesce(right(m.from_address, 4), '') <> 'XXXX'
     order by m.sid for share of m`,
    columns.values,
  );
  return new Set(rows.map((row) => row[0] as string));
}

/** What messages keep no longer. */
export async function removePdusOf(batch: Batch, messages: MessageKey[]): Promise<void> {
  if (messages.length === 0) return;
  const columns = new Columns(2);
  for (const { accountSid, sid } of messages) columns.push(accountSid, sid);
  await batch.query(
    `delete from pdus p using unnest($1::text[], $2::text[]) u (account_sid, sid)
     where p.account_sid = u.account_sid and p.message_sid = u.sid`,
    columns.values,
  );
}

export async function forgetPdus(batch: Batch, { before, most }: PduBounds): Promise<number> {
  const rows = await batch.query(
    `delete from pdus where id in (select id from pdus where id <= greatest(
       coalesce((select id from pdus where at >= $1 order by id limit 1), 9000000000000000) - 1,
       (select max(id) from pdus) - $2) order by id limit ${ROWS}) returning id`,
    [before, most],
  );
  return rows.length;
}
