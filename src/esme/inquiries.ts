/** query_sm and cancel_sm, about the ids that submits were answered with. Nobody learns of another account's messages. */
import type { Clock } from '../domain/clock.ts';
import { sidOfPartId } from '../domain/esme-address.ts';
import type { Observer } from '../domain/events.ts';
import { isFinal, type Message } from '../domain/message.ts';
import { isSid } from '../domain/sid.ts';
import type { Store } from '../store/store.ts';
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
    async query(user, { sequence, messageId }) {
      const message = await find(user, messageId);
      const finalDate = isFinal(message.status) ? writeAbsoluteTime(message.updatedAt) : '';
      const messageState = stateOf(message).state;
      return { command: 'query_sm_resp', sequence, messageId, finalDate, messageState, errorCode: 0 };
    },
    async cancel(user, { sequence, messageId }) {
      if (messageId === '') throw new Refusal(ESME.ESME_RCANCELFAIL, 'messages are canceled one by one, by their ids');
      const { sid, accountSid } = await find(user, messageId);
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
