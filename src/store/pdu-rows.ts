import type { PduRecord, TracedPdu } from '../domain/pdu-trace.ts';
import type { Ask } from './inbound-reads.ts';
import type { PduReads } from './pdu-shapes.ts';
import type { Row } from './rows.ts';

/** Rows of PDUs, and how they are read, for both engines. A PDU of no message has no account either: an empty text. */

export const PDU_COLUMNS = 'account_sid, message_sid, connector, bind, peer, ours, octets, at';

export type PduValues = [
  accountSid: string,
  messageSid: string | null,
  connector: string,
  bind: string,
  peer: string,
  ours: number,
  octets: string,
  at: number,
];

/** Whose a PDU is, once that is known; `null`: of no message. */
export interface Owner {
  accountSid: string;
  messageSid: string;
}

export function pduValues(
  { connector, bind, peer, ours, octets, at, owner }: TracedPdu,
  found: Owner | null,
): PduValues {
  const kept = found === null && owner.kind === 'carrier-id' ? owner.bare : octets;
  return [found?.accountSid ?? '', found?.messageSid ?? null, connector, bind, peer, ours ? 1 : 0, kept, at];
}

function pduFrom(row: Row): PduRecord {
  const [id, accountSid, messageSid, connector, bind, peer, ours, octets, at] = row;
  return {
    id: id as number,
    message: messageSid === null ? null : { accountSid: accountSid as string, messageSid: messageSid as string },
    connector: connector as string,
    bind: bind as string,
    peer: peer as string,
    ours: ours === 1,
    octets: octets as string,
    at: at as number,
  };
}

/** The reads, the same on both engines. */
export function pduReads(ask: Ask): PduReads['pdus'] {
  return async ({ message, connector, after, limit }) => {
    const values: (string | number)[] = [];
    const where: string[] = [];
    if (message) {
      where.push(`account_sid = $${values.push(message.accountSid)}`);
      where.push(`message_sid = $${values.push(message.messageSid)}`);
    }
    if (connector !== undefined) where.push(`connector = $${values.push(connector)}`);
    if (after !== undefined) where.push(`id > $${values.push(after)}`);
    const way = after === undefined ? 'desc' : 'asc';
    const text = `select id, ${PDU_COLUMNS} from pdus ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
      order by id ${way} limit $${values.push(limit)}`;
    const found = (await ask(text, values)).map(pduFrom);
    return after === undefined ? found.reverse() : found;
  };
}
