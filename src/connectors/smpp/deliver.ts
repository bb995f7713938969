/**
 * What a carrier brings: receipts and messages, told to the Ear. The carrier is answered when they are committed; when
 * they cannot be, it is told of a passing failure and comes again. A message has no id on SMPP, so one that comes again
 * is another one: inbound is at least once.
 */
import type { Clock } from '../../domain/clock.ts';
import { takePart } from '../../domain/inbound-parts.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { fromWireAddress } from '../../wire/smpp/addresses.ts';
import { ESME } from '../../wire/smpp/codes.ts';
import { readInbound } from '../../wire/smpp/inbound.ts';
import type { PduOf } from '../../wire/smpp/pdu.ts';
import type { CarrierReceipt } from '../../wire/smpp/receipt.ts';
import { outcomeOfReceipt } from '../../wire/smpp/receipt-outcome.ts';
import { readReceiptDate } from '../../wire/smpp/times.ts';
import type { Ear, Heard } from '../connector.ts';
import type { CarrierIds } from './carrier-ids.ts';
import type { SmppSettings } from './settings.ts';
import type { Tracer } from './trace.ts';

export type Delivered = PduOf<'deliver_sm'> | PduOf<'data_sm'>;

export interface DeliverParts {
  connector: string;
  settings: SmppSettings;
  clock: Clock;
  ids: CarrierIds;
  ear: Ear;
  /** Whether ids may come to be known yet: submits are out, or those of before are not told. */
  idsMayCome: () => boolean;
  odd: (what: string) => void;
  tracer: Pick<Tracer, 'receipt' | 'inbound' | 'counted'> | null;
}

/** Receipts in one commit at most. */
const BATCH = 500;

/** Never rejects: the status that the carrier is to be answered with. */
export type Deliver = (pdu: Delivered) => Promise<number>;

export function makeDeliver(parts: DeliverParts): Deliver {
  const { connector, settings, ids, ear } = parts;
  const style = {
    defaultAlphabet: settings.defaultAlphabet,
    binaryAs: settings.binaryAs,
    receiptsByText: settings.receiptsByText,
  };
  let gathered: Receipt[] = [];
  let gathering: Promise<void> | null = null;

  /** What comes in one turn goes in one commit. */
  function tell(receipt: Receipt): Promise<void> {
    if (gathering === null || gathered.length >= BATCH) {
      const batch: Receipt[] = [];
      gathered = batch;
      const told = Promise.resolve().then(() => {
        if (gathered === batch) gathering = null;
        return ear.receipts(batch);
      });
      gathering = told;
    }
    gathered.push(receipt);
    return gathering;
  }

  async function receipt(one: CarrierReceipt, pdu: Delivered): Promise<void> {
    const outcome = outcomeOfReceipt(one);
    parts.tracer?.counted(one);
    if (outcome.kind === 'pending') {
      if (one.id !== null) parts.tracer?.receipt(pdu, ids.find(one.id) ?? one.id, 'pending');
      return;
    }
    if (outcome.kind === 'unrecognised' || one.id === null) {
      const what = one.id === null ? 'that names no message' : `with the state ${one.stateWord ?? 'of nothing'}`;
      parts.odd(`a receipt ${what}`);
      return;
    }
    const resolved = ids.resolve(one.id, parts.idsMayCome());
    // In the same turn where it can be: what comes in one turn is one commit.
    const carrierId = typeof resolved === 'string' ? resolved : await resolved;
    parts.tracer?.receipt(pdu, carrierId, outcome.kind);
    const doneDate =
      one.doneDate === null ? null : readReceiptDate(one.doneDate, settings.zoneMinutes, parts.clock.now());
    await tell({
      connector,
      carrierId,
      state: outcome.kind,
      ...(outcome.kind === 'undelivered' && { errorCode: outcome.errorCode }),
      ...(doneDate && { doneDate: doneDate.stamp }),
    });
  }

  function heard(pdu: Delivered, part: Extract<ReturnType<typeof readInbound>, { kind: 'part' }>['part']): Heard {
    const { countryCode, shortCode } = settings;
    const addressStyle = { countryCode, shortCode };
    const from = fromWireAddress({ ton: pdu.sourceAddrTon, addr: pdu.sourceAddr }, addressStyle);
    const to = fromWireAddress({ ton: pdu.destAddrTon, addr: pdu.destinationAddr }, addressStyle);
    // The octets are a view of what was read, and the store may take its time.
    const own = { from, to, ...part, octets: Uint8Array.from(part.octets) };
    const taken = takePart(null, own, 0);
    const content: Heard['content'] =
      taken.kind === 'whole' ? { kind: 'text', body: taken.message.body, numSegments: 1 } : { kind: 'part', part: own };
    const joining = content.kind === 'part' ? `${from} ${to} ${part.reference} ${part.total}` : null;
    const became = parts.tracer?.inbound(pdu, joining);
    return { connector, carrierId: null, from, to, content, media: [], channel: null, ...(became && { became }) };
  }

  return async (pdu) => {
    try {
      const read = readInbound(pdu, style);
      if (read.kind === 'receipt') await receipt(read.receipt, pdu);
      // Each by itself, so that the carrier hears of each alone; the Ear commits together what comes at once.
      else if (read.kind === 'part') await ear.inbound([heard(pdu, read.part)]);
      return ESME.ESME_ROK;
    } catch {
      // The rooms behind the Ear tell what went wrong; the carrier is told to come again.
      return ESME.ESME_RX_T_APPN;
    }
  };
}
