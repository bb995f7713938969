/** What a submit says beside its addresses: its text, what receipts it wants, when it is to go, until when. */
import { WANTS } from '../domain/esme-address.ts';
import { ESME } from '../wire/smpp/codes.ts';
import { readDataCoding, readEsmClass } from '../wire/smpp/data-coding.ts';
import { type HeardPart, readInbound } from '../wire/smpp/inbound.ts';
import type { PduOf } from '../wire/smpp/pdu.ts';
import { readTime } from '../wire/smpp/times.ts';
import type { EsmeUser } from './settings.ts';
import { Refusal } from './statuses.ts';

type SubmitPdu = PduOf<'submit_sm'> | PduOf<'data_sm'> | PduOf<'submit_multi'>;

/** Twilio's longest: what an ESME wishes beyond is cut to it, as the usual day or two could not be had at all else. */
const LONGEST_VALIDITY_SECONDS = 36_000;

/** The text, or the part of one, with octets of its own. Binary has no place in a message of ours. */
export function contentOf(pdu: SubmitPdu, { asciiAs }: Pick<EsmeUser, 'asciiAs'>): HeardPart {
  const { kind } = readEsmClass(pdu.esmClass);
  if (kind !== 'message') throw new Refusal(ESME.ESME_RINVESMCLASS, `an ESME sends messages, and this is a ${kind}`);
  const { charset } = readDataCoding(pdu.dataCoding);
  if (charset === 'binary') throw new Refusal(ESME.ESME_RSUBMITFAIL, `data_coding ${pdu.dataCoding} is no text`);
  // Fields that a data_sm has not are told by its parameters.
  const heard = readInbound(
    pdu.command === 'data_sm' ? pdu : ({ ...pdu, command: 'deliver_sm' } as PduOf<'deliver_sm'>),
  );
  if (heard.kind !== 'part') throw new Refusal(ESME.ESME_RINVESMCLASS, 'it is no message');
  const octets = Uint8Array.from(heard.part.octets);
  const isGsm7 = charset === 'ASCII' && (asciiAs === 'GSM-7' || (asciiAs === 'auto' && octets.some(isNoText)));
  return { ...heard.part, octets, ...(isGsm7 && { charset: 'GSM-7' }) };
}

/**
 * In ASCII. A widespread library writes GSM-7 and calls it ASCII (data_coding 1): what no text has, such as the octet of
 * `@` (0), `$` (2) or an escape, tells it. Not so `ü`, which is `~`: then the operator has to say.
 */
function isNoText(octet: number): boolean {
  return octet > 0x7e || (octet < 0x20 && octet !== 0x0a && octet !== 0x0d && octet !== 0x09);
}

/** `registered_delivery` (SMPP 5.0, 4.7.21; 3.4 lacks `success alone`), in one digit. */
export function wantsOf({ registeredDelivery }: SubmitPdu): number {
  const final = [0, WANTS.success | WANTS.failure, WANTS.failure, WANTS.success][registeredDelivery & 3] ?? 0;
  return final | ((registeredDelivery & 0x10) === 0 ? 0 : WANTS.intermediate);
}

/** Parameters of the message beside To, From and Body. Refuses what we cannot promise. */
export function formOf(pdu: SubmitPdu, user: EsmeUser, now: number): Record<string, string> {
  if (pdu.command === 'data_sm') return validityForm(pdu.tlvs.qosTimeToLive ?? null);
  if (pdu.replaceIfPresentFlag !== 0) {
    throw new Refusal(ESME.ESME_RINVREPFLAG, 'a message is not changed once it was taken');
  }
  if (pdu.smDefaultMsgId !== 0) throw new Refusal(ESME.ESME_RINVDFTMSGID, 'there are no predefined messages');
  const sendAt = instantOf(pdu.scheduleDeliveryTime, now, ESME.ESME_RINVSCHED);
  const validUntil = instantOf(pdu.validityPeriod, now, ESME.ESME_RINVEXPIRY);
  const schedule =
    sendAt === null ? null : { ScheduleType: 'fixed', SendAt: new Date(sendAt).toISOString(), ...serviceOf(user) };
  return {
    ...schedule,
    ...validityForm(validUntil === null ? null : Math.ceil((validUntil - (sendAt ?? now)) / 1_000)),
  };
}

function serviceOf({ serviceSid }: EsmeUser): Record<string, string> {
  return serviceSid === null ? {} : { MessagingServiceSid: serviceSid };
}

function validityForm(seconds: number | null): Record<string, string> {
  if (seconds === null) return {};
  if (seconds < 1) throw new Refusal(ESME.ESME_RINVEXPIRY, 'it is over already', 21624);
  return { ValidityPeriod: String(Math.min(seconds, LONGEST_VALIDITY_SECONDS)) };
}

function instantOf(text: string, now: number, commandStatus: number): number | null {
  const time = readTime(text, now);
  if (!time.ok) throw new Refusal(commandStatus, time.reason);
  return time.at;
}
