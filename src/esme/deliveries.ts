/** The deliver_sm of a receipt and of an inbound message: the other way round than `connectors/smpp/deliver.ts` reads them. */
import { parseSender, parseTo } from '../domain/address.ts';
import { partIds, readEsmeUrl, WANTS, wantOf } from '../domain/esme-address.ts';
import type { Message } from '../domain/message.ts';
import { segment } from '../domain/segments.ts';
import type { CallbackPayload } from '../store/callback-shapes.ts';
import { toWireAddress, type WireAddress } from '../wire/smpp/addresses.ts';
import { ESM_CLASS } from '../wire/smpp/data-coding.ts';
import { submitParts } from '../wire/smpp/submit-parts.ts';
import { errOf, receiptDate, stateOf } from './receipt-words.ts';
import type { DeliverFields } from './session-shapes.ts';
import type { EsmeUser } from './settings.ts';

/** Ours, of the tags that SMPP leaves to vendors: the code (30003) as text, where `err` has three characters alone. */
const ERROR_CODE_TAG = 0x1400;
/** Delivery of an intermediate state. */
const INTERMEDIATE = 0x20;

/** One for each part whose ESME wants to hear of this status; they go from the recipient to the sender. */
export function receiptFields(payload: CallbackPayload, user: EsmeUser): DeliverFields[] {
  const address = readEsmeUrl(payload.url);
  if (!address) return [];
  const { state, stat } = stateOf(payload);
  const wanted = wantOf(payload.status);
  const isOver = wanted !== WANTS.intermediate;
  const doneAt = payload.doneDate ?? receiptDate(payload.at);
  const fields = partIds(address).map((id): DeliverFields => {
    const delivered = stat === 'DELIVRD' ? '001' : '000';
    const dates = `submit date:${receiptDate(address.submittedAt)} done date:${doneAt.slice(0, 10)}`;
    const text = `id:${id} sub:001 dlvrd:${delivered} ${dates} stat:${stat} err:${errOf(payload.errorCode)} text:`;
    return {
      ...route(payload.to, payload.from ?? '', user),
      esmClass: isOver ? ESM_CLASS.receipt : INTERMEDIATE,
      shortMessage: Buffer.from(text, 'latin1'),
      tlvs: {
        receiptedMessageId: id,
        messageState: state,
        ...(address.reference !== null && { userMessageReference: address.reference }),
        ...(payload.errorCode !== null && {
          others: [{ tag: ERROR_CODE_TAG, value: Buffer.from(String(payload.errorCode)) }],
        }),
      },
    };
  });
  return fields.filter((_, index) => ((address.wants[index] ?? 0) & wanted) !== 0);
}

/** As many as it takes; phones and ESMEs join them by their headers. */
export function arrivalFields({ sid, from, to, body }: Message, user: EsmeUser): DeliverFields[] {
  const { parts, encoding } = segment(body);
  const style = { concatenation: user.concatenation, defaultAlphabet: 'GSM-7' } as const;
  // The same each time it is told, and another for the next message.
  const reference = Number.parseInt(sid.slice(-4), 16);
  return submitParts(parts, encoding, reference, style).map((part) => ({ ...route(from ?? '', to, user), ...part }));
}

function route(from: string, to: string, user: EsmeUser): DeliverFields {
  const [source, destination] = [wire(from, user), wire(to, user)];
  return {
    sourceAddrTon: source.ton,
    sourceAddrNpi: source.npi,
    sourceAddr: source.addr,
    destAddrTon: destination.ton,
    destAddrNpi: destination.npi,
    destinationAddr: destination.addr,
  };
}

/** What is no address of SMPP goes as it is. */
function wire(text: string, { shortCode }: EsmeUser): WireAddress {
  const address = parseTo(text) ?? parseSender(text);
  const known = address && toWireAddress(address, { shortCode, countryCode: null });
  return known ?? { ton: 0, npi: 0, addr: text.replaceAll(/[^ -~]/g, '').slice(0, 64) };
}
