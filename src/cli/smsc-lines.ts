/** What `pidge smsc` prints: a line a PDU, and the figures at its end. Passwords are in none. */
import type { SmscEvent } from '../simulator/smsc.ts';
import { textOf } from '../simulator/smsc-texts.ts';
import { describeStatus } from '../wire/smpp/codes.ts';
import type { PduDraft } from '../wire/smpp/pdu.ts';
import { clockTime, type Paint, plain } from './terminal.ts';

const MOST_TEXT = 160;

/** Figures of a rehearsal, in the order in which they are printed. */
export interface Figures {
  connections: number;
  binds: number;
  submits: number;
  refused: number;
  receiptsTaken: number;
  receiptsOwed: number;
  texts: number;
  textsTaken: number;
  odd: number;
}

export function lineOf(event: SmscEvent, at: number, paint: Paint): string {
  const head = `${clockTime(at)}  ${event.connection}`;
  switch (event.kind) {
    case 'open':
      return `${head}   ${paint('dim', 'connected')}`;
    case 'closed':
      return `${head}   ${paint('dim', 'connection closed')}`;
    case 'odd':
      return `${head}   ${paint('yellow', 'odd')}  ${plain(event.why)}`;
    case 'heard':
      return `${head} → ${pduText(event.pdu, paint)}`;
    case 'said':
      return `${head} ← ${pduText(event.pdu, paint)}`;
  }
}

/** The same for programs; octets as hex. */
export function jsonOf(event: SmscEvent, at: number): Record<string, unknown> {
  if (event.kind !== 'heard' && event.kind !== 'said') return { at, ...event };
  const { pdu, connection, kind } = event;
  const { command, sequence, commandStatus = 0 } = pdu;
  const fields = Object.entries(pdu).map(([key, value]) => {
    if (key === 'password') return [key, '(hidden)'];
    return [key, value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value];
  });
  const status = describeStatus(commandStatus).name;
  const text = textOf(pdu);
  const base = { at, kind, connection, command, sequence, status };
  return { ...base, ...(text !== null && { text }), pdu: Object.fromEntries(fields) };
}

function pduText(pdu: PduDraft, paint: Paint): string {
  const { command, sequence, commandStatus = 0 } = pdu;
  const { name } = describeStatus(commandStatus);
  const status = command.endsWith('_resp') || command === 'generic_nack' ? `  ${name}` : '';
  const said = `${command} #${sequence}${commandStatus === 0 ? status : paint('red', status)}`;
  switch (pdu.command) {
    case 'bind_transceiver':
    case 'bind_transmitter':
    case 'bind_receiver':
      return `${said}  as "${plain(pdu.systemId ?? '')}"`;
    case 'submit_sm':
    case 'deliver_sm':
      return `${said}  ${plain(pdu.sourceAddr ?? '')} → ${plain(pdu.destinationAddr ?? '')}  "${shown(textOf(pdu))}"${extras(pdu)}`;
    case 'submit_sm_resp':
      return pdu.messageId ? `${said}  id ${plain(pdu.messageId)}` : said;
    default:
      return said;
  }
}

/** What else one would want to see of it. */
function extras({ esmClass = 0, dataCoding = 0, registeredDelivery = 0, validityPeriod = '', tlvs }: Extras): string {
  const names = Object.keys(tlvs ?? {});
  return [
    esmClass > 0 ? `  esm 0x${esmClass.toString(16)}` : '',
    dataCoding > 0 ? `  coding ${dataCoding}` : '',
    registeredDelivery > 0 ? '  wants a receipt' : '',
    validityPeriod !== '' ? `  valid ${plain(validityPeriod)}` : '',
    names.length > 0 ? `  +${names.join(' +')}` : '',
  ].join('');
}

interface Extras {
  esmClass?: number;
  dataCoding?: number;
  registeredDelivery?: number;
  validityPeriod?: string;
  tlvs?: object;
}

function shown(text: string | null): string {
  const letters = [...plain(text ?? '')];
  return letters.length > MOST_TEXT ? `${letters.slice(0, MOST_TEXT - 1).join('')}…` : letters.join('');
}

export function summaryOf(figures: Figures): string {
  const { connections, binds, submits, refused, receiptsTaken, receiptsOwed, texts, textsTaken, odd } = figures;
  if (connections === 0) return 'Nobody connected. Point a connector here: see pidge smsc --help.';
  return (
    `${connections} connections, ${binds} binds, ${submits} submits of which ${refused} refused, ` +
    `${receiptsTaken} receipts taken and ${receiptsOwed} not, ${texts} texts of which ${textsTaken} taken, ${odd} odd PDUs`
  );
}
