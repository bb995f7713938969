/** What a session hands to the desk (`desk.ts`), and what it gets back. */
import type { Pdu, PduDraft } from '../wire/smpp/pdu.ts';
import type { EsmeUser } from './settings.ts';

export type Request = Extract<
  Pdu,
  { command: 'submit_sm' | 'data_sm' | 'submit_multi' | 'query_sm' | 'cancel_sm' | 'replace_sm' }
>;

export interface Desk {
  /** Never rejects. `version`: as the ESME told its own when it bound. */
  serve(user: EsmeUser, pdu: Request, version: number): Promise<PduDraft>;
}
