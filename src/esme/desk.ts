/**
 * The desk of the second front door: what an ESME asks, and the PDU it is answered with. A submit is answered when it
 * is committed; whatever is refused has its reason in an event, and in the answer where the version of SMPP has a place
 * for it (3.4: data_sm_resp alone; 5.0: every one).
 */
import type { Clock } from '../domain/clock.ts';
import { fromWireAddress } from '../wire/smpp/addresses.ts';
import { ESME } from '../wire/smpp/codes.ts';
import type { PduDraft, PduOf } from '../wire/smpp/pdu.ts';
import type { Desk, Request } from './desk-shapes.ts';
import type { Inquiries } from './inquiries.ts';
import type { EsmeUser } from './settings.ts';
import { Refusal, refusalFrom } from './statuses.ts';
import type { Submissions } from './submissions.ts';
import { contentOf, formOf, wantsOf } from './submit-fields.ts';
import type { Users } from './users.ts';

type SubmitPdu = PduOf<'submit_sm'> | PduOf<'data_sm'> | PduOf<'submit_multi'>;

export interface Refused {
  user: string;
  accountSid: string;
  commandStatus: number;
  /** Ours; 0: none. */
  code: number;
  why: string;
}

export interface DeskParts {
  users: Users;
  submissions: Submissions;
  inquiries: Inquiries;
  clock: Clock;
  onRefused: (refused: Refused) => void;
  onFault: (error: unknown) => void;
}

const LONGEST_INFO = 255;
const SMPP_5 = 0x50;

export function makeDesk(parts: DeskParts): Desk {
  const { users, submissions, inquiries, clock } = parts;

  async function answer(user: EsmeUser, pdu: Request): Promise<PduDraft> {
    const { sequence } = pdu;
    switch (pdu.command) {
      case 'submit_sm':
        return { command: 'submit_sm_resp', sequence, messageId: await submit(user, pdu, pdu) };
      case 'data_sm':
        return { command: 'data_sm_resp', sequence, messageId: await submit(user, pdu, pdu) };
      case 'submit_multi':
        return submitToMany(user, pdu);
      case 'query_sm':
        return inquiries.query(user, pdu);
      case 'cancel_sm':
        return inquiries.cancel(user, pdu);
      case 'replace_sm':
        throw new Refusal(ESME.ESME_RREPLACEFAIL, 'a message is not changed once it was taken');
    }
  }

  /** The id of one message, or of its part. Each takes a turn of its user's rate, however many came in one PDU. */
  async function submit(
    user: EsmeUser,
    pdu: SubmitPdu,
    to: { destAddrTon: number; destinationAddr: string },
    id: string | null = null,
  ): Promise<string> {
    if (!users.takeTurn(user)) throw new Refusal(ESME.ESME_RTHROTTLED, `more than ${user.ratePerSecond}/s`);
    const source = fromWireAddress({ ton: pdu.sourceAddrTon, addr: pdu.sourceAddr });
    // Without a source the service picks one; it may stand where senders do.
    const from = source === '' ? (user.serviceSid ?? '') : source;
    const part = {
      from,
      to: fromWireAddress({ ton: to.destAddrTon, addr: to.destinationAddr }),
      ...contentOf(pdu, user),
    };
    const form = formOf(pdu, user, clock.now());
    const { accountSid, name } = user;
    const reference = pdu.tlvs.userMessageReference ?? null;
    return submissions.take({ user: name, accountSid, part, wants: wantsOf(pdu), form, reference, id });
  }

  /** A message each, under one id; who cannot be reached, or is too many for now, is named in the answer. */
  async function submitToMany(user: EsmeUser, pdu: PduOf<'submit_multi'>): Promise<PduDraft> {
    const { sequence, destinations } = pdu;
    const failures: { ton: number; npi: number; addr: string; commandStatus: number }[] = [];
    let id: string | null = null;
    let forAll: Refusal | null = null;
    for (const one of destinations) {
      try {
        if (one.kind === 'list') throw new Refusal(ESME.ESME_RINVDLNAME, 'there are no distribution lists');
        const destination = { destAddrTon: one.ton, destinationAddr: one.addr };
        const made = await submit(user, pdu, destination, id?.replace(/-\d{1,3}$/, '') ?? null);
        id ??= made;
      } catch (error) {
        const refusal = refusalFrom(error) ?? fault(error);
        // A final status for all would be the end of those that are only too many for now.
        if (forAll === null || refusal.commandStatus === ESME.ESME_RTHROTTLED) forAll = refusal;
        tell(user, refusal);
        const { ton, npi, addr } = one.kind === 'list' ? { ton: 0, npi: 0, addr: one.name } : one;
        failures.push({ ton, npi, addr, commandStatus: refusal.commandStatus });
      }
    }
    if (id === null) {
      const commandStatus = forAll?.commandStatus ?? ESME.ESME_RINVNUMDESTS;
      return { command: 'submit_multi_resp', sequence, commandStatus };
    }
    return { command: 'submit_multi_resp', sequence, messageId: id, failures };
  }

  function fault(error: unknown): Refusal {
    parts.onFault(error);
    // It passes: ESMEs try again.
    return new Refusal(ESME.ESME_RSYSERR, 'it could not be stored');
  }

  function tell({ name, accountSid }: EsmeUser, { commandStatus, code, message }: Refusal): void {
    parts.onRefused({ user: name, accountSid, commandStatus, code, why: message });
  }

  function refused(user: EsmeUser, pdu: Request, refusal: Refusal, version: number): PduDraft {
    tell(user, refusal);
    const { command, sequence } = pdu;
    const { commandStatus, code, message } = refusal;
    const hasRoom = version >= SMPP_5 || command === 'data_sm';
    const info = `${code === 0 ? '' : `${code}: `}${message}`.replaceAll(/[^ -~]/g, '?').slice(0, LONGEST_INFO);
    const tlvs = hasRoom ? { additionalStatusInfoText: info } : {};
    return { command: `${command}_resp`, sequence, commandStatus, tlvs } as PduDraft;
  }

  return {
    async serve(user, pdu, version) {
      const begun = users.begin(user);
      if (begun === null) {
        return refused(user, pdu, new Refusal(ESME.ESME_RMSGQFUL, `more than ${user.window} under way`), version);
      }
      try {
        return await answer(user, pdu);
      } catch (error) {
        return refused(user, pdu, refusalFrom(error) ?? fault(error), version);
      } finally {
        begun.end();
      }
    },
  };
}
