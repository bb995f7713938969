/** One submission on its way: its parts, what became of each, and the outcome that follows from them all. */
import { parseSender, parseTo } from '../../domain/address.ts';
import { toWireAddress } from '../../wire/smpp/addresses.ts';
import { submitParts } from '../../wire/smpp/submit-parts.ts';
import { writeAbsoluteTime, writeRelativeTime } from '../../wire/smpp/times.ts';
import type { Outcome, Submission } from '../connector.ts';
import type { SubmitFields } from './session.ts';
import type { SmppSettings } from './settings.ts';
import type { Traced } from './trace.ts';

/** What is known of the parts of a message, over all its attempts. */
export interface Progress {
  /** The same for every attempt, so that a phone joins parts of two. */
  reference: number;
  parts: PartState[];
  /** Failures of the kind that is tried again a few times. */
  tries: number;
}

export type PartState =
  | { kind: 'unsent' }
  | { kind: 'out' }
  | { kind: 'taken'; carrierId: string }
  | { kind: 'refused'; errorCode: number; note: string }
  | { kind: 'doubt'; note: string };

export interface Job {
  submission: Submission;
  fields: (SubmitFields & Traced)[];
  progress: Progress;
  /** The part that is written next. */
  next: number;
  /** Written and without an answer. */
  open: number;
  /** Why nothing more of it is written now; the outcome unless a part says something graver. */
  halted: Outcome | null;
  isQueued: boolean;
  /** Monotonic: unless it is written by then it goes back. */
  writeBy: number;
  resolve: (outcome: Outcome) => void;
}

const INVALID_SENDER = 30024;
const INVALID_RECIPIENT = 30005;
const NO_CHANNEL = 63007;
const NO_MMS = 30011;
/** What another carrier may take: a sender that this one does not know, faults that are its own, no MMS, no channel. */
const ROUTE_FAULTS = new Set([INVALID_SENDER, NO_CHANNEL, NO_MMS, 30008, 30045]);

/** The PDUs of a submission, or why SMPP cannot carry it. */
export function fieldsOf(
  submission: Submission,
  reference: number,
  settings: SmppSettings,
  now: number,
): (SubmitFields & Traced)[] | Outcome {
  const { shortCode, countryCode } = settings;
  const [sender, recipient] = [parseSender(submission.from), parseTo(submission.to)];
  if (sender?.kind === 'channel' || recipient?.kind === 'channel') {
    return { kind: 'refused', errorCode: NO_CHANNEL, note: 'SMPP carries SMS alone', class: 'route' };
  }
  if (submission.media.length > 0) {
    return { kind: 'refused', errorCode: NO_MMS, note: 'SMPP carries SMS alone', class: 'route' };
  }
  const from = sender && toWireAddress(sender, { shortCode, countryCode });
  const to = recipient && toWireAddress(recipient, { shortCode, countryCode });
  if (!from) return { kind: 'refused', errorCode: INVALID_SENDER, note: 'its sender has no form on SMPP' };
  if (!to) return { kind: 'refused', errorCode: INVALID_RECIPIENT, note: 'its recipient has no form on SMPP' };
  const common = {
    about: { accountSid: submission.accountSid, messageSid: submission.messageSid },
    serviceType: settings.serviceType,
    sourceAddrTon: from.ton,
    sourceAddrNpi: from.npi,
    sourceAddr: from.addr,
    destAddrTon: to.ton,
    destAddrNpi: to.npi,
    destinationAddr: to.addr,
    registeredDelivery: submission.receipt === false ? 0 : settings.registeredDelivery,
    validityPeriod: validityOf(submission, settings, now),
  };
  return submitParts(submission.parts, submission.encoding, reference, settings).map((part) => ({
    ...common,
    ...part,
  }));
}

function validityOf({ validityMs }: Submission, { validity }: SmppSettings, now: number): string {
  if (validityMs === undefined || validity === 'none') return '';
  const relative = validity === 'relative' ? writeRelativeTime(validityMs) : null;
  return relative ?? writeAbsoluteTime(now + validityMs);
}

/**
 * What follows once nothing of it is out. The first part refused: the message failed. A part in doubt: the message is,
 * and only what is in doubt goes out again. Parts behind the first that were refused leave it sent: it will be
 * undelivered by a receipt of ours (behaviour sheet 12.5), whose id stands among the carrier's.
 */
export function outcomeOf({
  progress,
  submission,
  halted,
}: Pick<Job, 'progress' | 'halted'> & { submission: Pick<Submission, 'messageSid'> }): Outcome {
  const { parts } = progress;
  const [first] = parts;
  if (first?.kind === 'refused') {
    const { errorCode, note } = first;
    // With a part of it taken, another carrier would send that part once more.
    const isRoute = ROUTE_FAULTS.has(errorCode) && parts.every(({ kind }) => kind === 'refused' || kind === 'unsent');
    return { kind: 'refused', errorCode, note, ...(isRoute && { class: 'route' }) };
  }
  const doubt = parts.find((part) => part.kind === 'doubt');
  if (doubt) return { kind: 'unsure', note: doubt.note };
  if (parts.some(({ kind }) => kind === 'unsent' || kind === 'out')) return halted ?? { kind: 'unreachable' };
  const carrierIds = parts.map((part, index) =>
    part.kind === 'taken' ? part.carrierId : ownId('refused', submission.messageSid, index),
  );
  return { kind: 'accepted', carrierIds };
}

/** An id in place of a carrier's. No carrier has one like it. */
export function ownId(why: 'refused' | 'nameless', messageSid: string, index: number): string {
  return `${why}:${messageSid}:${index + 1}`;
}
