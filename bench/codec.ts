/**
 * CPU of the SMPP codec for one message: the submit_sm from its text, and its answer read, beside `smpp` 0.5.1 when that
 * is installed. Run with `node bench/codec.ts`; no sockets.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { decode, encode } from '../src/wire/smpp/pdu.ts';
import { submitParts } from '../src/wire/smpp/submit-parts.ts';
import { median, ROUNDS, report, round } from './peer.ts';

const MESSAGES = 100_000;
/** Long enough for both to be compiled for good. */
const WARM_UP_MESSAGES = 20_000;
const MAXIMUM = 0.5;
const TEXT = 'Your code is 482913. It is good for ten minutes; nobody of ours will ever ask you for it.';
const STYLE = { concatenation: 'udh-8', defaultAlphabet: 'GSM-7' } as const;

interface Peer {
  PDU: new (
    command: string | Buffer,
    options?: Record<string, unknown>,
  ) => { toBuffer(): Buffer; command_status: number; message_id: string };
}

/** Answers the octets it saw, so that nothing of it can be left out. */
type Run = (messages: number) => number;

function answer(sequence: number): Buffer {
  const encoded = encode({ command: 'submit_sm_resp', sequence, messageId: 'd3b07384-d113-4ec6-a6d4' });
  if (!encoded.ok) throw new Error(encoded.reason);
  return encoded.bytes;
}
const ANSWER = answer(1);

const ours: Run = (messages) => {
  let seen = 0;
  for (let sequence = 1; sequence <= messages; sequence += 1) {
    for (const part of submitParts([TEXT], 'GSM-7', sequence, STYLE)) {
      const encoded = encode({
        command: 'submit_sm',
        sequence,
        sourceAddrTon: 1,
        sourceAddrNpi: 1,
        sourceAddr: '12025550100',
        destAddrTon: 1,
        destAddrNpi: 1,
        destinationAddr: '13125550199',
        registeredDelivery: 1,
        ...part,
      });
      if (encoded.ok) seen += encoded.bytes.length;
    }
    const decoded = decode(ANSWER);
    if (decoded.ok && decoded.pdu.command === 'submit_sm_resp') seen += decoded.pdu.messageId.length;
  }
  return seen;
};

const theirs =
  ({ PDU }: Peer): Run =>
  (messages) => {
    let seen = 0;
    for (let sequence = 1; sequence <= messages; sequence += 1) {
      const pdu = new PDU('submit_sm', {
        sequence_number: sequence,
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: '12025550100',
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: '13125550199',
        registered_delivery: 1,
        data_coding: 0,
        short_message: TEXT,
      });
      seen += pdu.toBuffer().length;
      const { command_status, message_id } = new PDU(ANSWER);
      if (command_status === 0) seen += message_id.length;
    }
    return seen;
  };

/** Microseconds of CPU a message; the collector's threads count as well. */
function cpuOf(run: Run): number {
  const before = process.cpuUsage();
  run(MESSAGES);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / MESSAGES;
}

function installedPeer(): Peer | null {
  try {
    return createRequire(import.meta.url)('smpp') as Peer;
  } catch (error) {
    console.error(`SKIPPED smpp: it is not installed (${(error as NodeJS.ErrnoException).code})`);
    return null;
  }
}

/** Alternating rounds, medians. */
export function codec(): void {
  const peer = installedPeer();
  const runs: Record<string, Run> = { ours, ...(peer ? { smpp: theirs(peer) } : {}) };
  const seen = new Set(Object.values(runs).map((run) => run(WARM_UP_MESSAGES)));
  if (seen.size !== 1) report({ bench: 'codec', fault: `they wrote different octets: ${[...seen]}` });
  const micros: Record<string, number[]> = {};
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const [name, run] of Object.entries(runs)) micros[name] = [...(micros[name] ?? []), round(cpuOf(run))];
  }
  const mine = median(micros.ours ?? []);
  const other = median(micros.smpp ?? []);
  report({
    bench: 'SMPP codec, CPU a submit ÷ smpp 0.5.1',
    ...(peer ? { ratio: round(mine / other), maximum: MAXIMUM } : {}),
    ours_us: mine,
    ...(peer ? { smpp_us: other } : {}),
    rounds: micros,
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) codec();
