/** query_sm and cancel_sm, about the ids that submits were answered with. Nobody learns of another account's messages. */
import { formatAddress, parseSender } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { sidOfPartId } from '../domain/esme-address.ts';
import type { Observer } from '../domain/events.ts';
import { isFinal, type Message } from '../domain/message.ts';
import { isSid } from '../domain/sid.ts';
import type { Store } from '../store/store.ts';
import { fromWireAddress } from '../wire/smpp/addresses.ts';
import { ESME } from '../wire/smpp/codes.ts';
import type { PduDraft, PduOf } from '../wire/smpp/pdu.ts';
import { writeAbsoluteTime } from '../wire/smpp/times.ts';
import { stateOf } from './receipt-words.ts';
import type { EsmeUser } from './settings.ts';
import { Refusal } from './statuses.ts';

export interface InquiriesParts {
  store: Pick<Store, 'message' | 'change'>;
  clock: Clock;
  observe: Observer;
  /** What was called off has to be told. */
  ring: () => void;
}

export interface Inquiries {
  /** Rejects with a `Refusal`. */
  query(user: EsmeUser, pdu: PduOf<'query_sm'>): Promise<PduDraft>;
  cancel(user: EsmeUser, pdu: PduOf<'cancel_sm'>): Promise<PduDraft>;
}

const NOT_CANCELABLE = 30409;

export function makeInquiries({ store, clock, observe, ring }: InquiriesParts): Inquiries {
  async function find(user: EsmeUser, messageId: string): Promise<Message> {
    const sid = sidOfPartId(messageId);
    const message = isSid(sid) ? await store.message(user.accountSid, sid) : null;
    if (!message || message.direction === 'inbound') throw new Refusal(ESME.ESME_RINVMSGID, 'no such message');
    return message;
  }

  return {
    async query(user, { sequence, messageId, sourceAddrTon, sourceAddr }) {
      const message = await find(user, messageId);
      if (!isNamed(message.from, sourceAddrTon, sourceAddr)) {
        throw new Refusal(ESME.ESME_RINVMSGID, 'that message has another source address');
      }
      const finalDate = isFinal(message.status) ? writeAbsoluteTime(message.updatedAt) : '';
      const messageState = stateOf(message).state;
      return { command: 'query_sm_resp', sequence, messageId, finalDate, messageState, errorCode: 0 };
    },
    async cancel(user, { sequence, messageId, ...named }) {
      if (messageId === '') throw new Refusal(ESME.ESME_RCANCELFAIL, 'messages are canceled one by one, by their ids');
      const { sid, accountSid, from, to } = await find(user, messageId);
      const isMeant =
        isNamed(from, named.sourceAddrTon, named.sourceAddr) && isNamed(to, named.destAddrTon, named.destinationAddr);
      if (!isMeant) throw new Refusal(ESME.ESME_RCANCELFAIL, 'that message has other addresses');
      const at = clock.now();
      const [changed] = await store.change([{ accountSid, sid, verb: 'cancel' }], at);
      if (changed?.kind !== 'done') {
        throw new Refusal(ESME.ESME_RCANCELFAIL, 'only a scheduled message can be called off', NOT_CANCELABLE);
      }
      const { status, createdAt } = changed.message;
      observe({ type: 'message.status', at, sid, accountSid, status, createdAt });
      ring();
      return { command: 'cancel_sm_resp', sequence };
    },
  };
}

/**
 * Whether the address of a message is the one an inquiry names, which has to match (SMPP 3.4, 4.8.1 and 4.9.1): one id
 * stands for all of a submit_multi, and a mistaken one must not call off another message. Left out, it is not asked.
 */
function isNamed(address: string | null, ton: number, addr: string): boolean {
  if (addr === '') return true;
  const named = fromWireAddress({ ton, addr });
  const parsed = parseSender(named);
  return address === (parsed ? formatAddress(parsed) : named);
}
