/** What a bind is, what it is told, and what is told of it. */
import type { Draft } from '../wire/smpp/pdu.ts';

export type Role = 'transmitter' | 'receiver' | 'transceiver';
export type DeliverFields = Omit<Draft<'deliver_sm'>, 'command' | 'sequence'>;
/** `null`: no answer came, because its time or its connection was over first. */
export type DeliverAnswer = { commandStatus: number } | null;

export interface SessionNotice {
  state: 'bound' | 'lost' | 'refused' | 'odd';
  user: string;
  address: string;
  role?: Role;
  why?: string;
}
