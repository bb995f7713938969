/** What happened to a message and when, on three lines: its states, its carrier, its webhooks. */
import { isoMs } from '../../domain/dates.ts';
import type { Message } from '../../domain/message.ts';
import type { CallbackAttempt } from '../../store/callback-shapes.ts';
import type { Part } from '../../store/store.ts';
import type { PduShown } from '../admin/connector-shapes.ts';
import { attemptRow } from './attempt-shown.ts';

interface CarrierStep {
  at: string;
  direction: 'out' | 'in';
  connector: string | null;
  command: string | null;
  sequence: number | null;
  status: { code: number; name: string; text: string } | null;
  carrier_id: string | null;
}

/** `attempts`: newest first. */
export function timelineOf(message: Message, parts: Part[], pdus: PduShown[], attempts: CallbackAttempt[]) {
  const callbacks = attempts.toReversed().map((attempt) => {
    const {
      id: attempt_id,
      kind,
      status,
      at,
      ended_at,
      ms,
      http_status,
      decision,
      attempt: number,
    } = attemptRow(attempt);
    return { attempt_id, kind, status, at, ended_at, ms, http_status, decision, attempt: number };
  });
  const ends = [message.updatedAt, ...attempts.map(({ at, ms }) => at + ms), ...pdus.map(({ at }) => at)];
  return {
    started_at: isoMs(message.createdAt),
    ended_at: isoMs(Math.max(...ends)),
    carrier: pdus.length > 0 ? pdus.map(stepOf) : stepsFrom(message, parts),
    callbacks,
  };
}

function stepOf({ at, ours, connector, command, sequence, status, fields }: PduShown): CarrierStep {
  const id = fields.message_id ?? fields.receipted_message_id;
  return {
    at: isoMs(at),
    direction: ours ? 'out' : 'in',
    ...{ connector, command, sequence, status },
    carrier_id: typeof id === 'string' && id !== '' ? id : null,
  };
}

/** Of carriers that leave no trace: what the states tell of them. */
function stepsFrom({ history, direction }: Message, parts: Part[]): CarrierStep[] {
  const connector = parts[0]?.connector ?? null;
  const ids = new Set(parts.map(({ carrierId }) => carrierId));
  return history.flatMap(({ at, status, note }): CarrierStep[] => {
    const step = (way: CarrierStep['direction'], command: string, id: string | null): CarrierStep[] => [
      { at: isoMs(at), direction: way, connector, command, sequence: null, status: null, carrier_id: id },
    ];
    switch (status) {
      case 'sending':
        return step('out', 'submit', null);
      case 'sent':
        return step('in', 'accepted', parts[0]?.carrierId ?? null);
      case 'delivered':
      case 'undelivered':
      case 'read':
        return step('in', 'receipt', note !== undefined && ids.has(note) ? note : null);
      case 'receiving':
        return step('in', 'message', null);
      case 'received':
        return direction === 'inbound' && history[0]?.status === 'received' ? step('in', 'message', null) : [];
      default:
        return [];
    }
  });
}
