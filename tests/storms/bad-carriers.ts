/** Carriers that do what none should (T11): each a script of the simulated carrier and, for some, what it blurts out. */
import type { SmppSettings } from '../../src/connectors/smpp/settings.ts';
import { header, type Smsc } from '../../src/simulator/smsc.ts';
import type { ReceiptPlan, SmscScript, SubmitPlan } from '../../src/simulator/smsc-plans.ts';
import { encode, type PduOf } from '../../src/wire/smpp/pdu.ts';
import { SENDER, type SmppStorm } from './smpp-storm.ts';

export interface BadCarrier {
  name: string;
  script?: (random: () => number, smsc: () => Smsc) => SmscScript;
  settings?: Partial<SmppSettings>;
  /** Beside the load, once a connection is bound. */
  drive?: (storm: SmppStorm, random: () => number) => Promise<void> | void;
  /** Ends beside `delivered` that follow from what it says. */
  ends?: string[];
  /** Texts that must have come in. */
  inbound?: number;
}

const RESPONSE = 0x80000000;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The first binds go wrong; later ones do not. */
const binds = (name: string, wrong: (smsc: Smsc, sequence: number) => number | 'silent' | 'drop', times = 2) => ({
  name: `bind: ${name}`,
  script: (_: () => number, smsc: () => Smsc): SmscScript => ({
    bind: (pdu, number) => (number <= times ? wrong(smsc(), pdu.sequence) : 0),
  }),
});
const answers = (name: string, plan: (number: number, random: () => number) => SubmitPlan, more = {}): BadCarrier => ({
  name: `answers: ${name}`,
  script: (random) => ({ submit: (_, number) => plan(number, random) }),
  ...more,
});
const receipts = (name: string, plan: (id: number) => ReceiptPlan[], more: Partial<BadCarrier> = {}): BadCarrier => ({
  name: `receipts: ${name}`,
  script: () => ({ submit: (_, number) => ({ id: idOf(number), receipts: plan(0xab000000 + number) }) }),
  ...more,
});
/** Said again and again under load. */
const blurts = (name: string, octets: (random: () => number, time: number) => Buffer, times = 5): BadCarrier => ({
  name: `octets: ${name}`,
  async drive({ smsc }, random) {
    for (let time = 0; time < times; time += 1) {
      smsc.blurt(octets(random, time));
      await pause(60);
    }
  },
});
const idOf = (number: number) => (0xab000000 + number).toString(16);
const odd = (number: number, every: number, answer: SubmitPlan['answer']): SubmitPlan =>
  number % every === 0 ? { answer } : {};

/** A text from a phone, as it stands on the wire. */
function text(fields: Partial<Omit<PduOf<'deliver_sm'>, 'command'>>): Buffer {
  const encoded = encode({
    command: 'deliver_sm',
    sequence: 1,
    sourceAddrTon: 1,
    sourceAddr: '14155550123',
    destAddrTon: 1,
    destinationAddr: SENDER.slice(1),
    ...fields,
  });
  if (!encoded.ok) throw new Error(encoded.reason);
  return encoded.bytes;
}
/** A part behind a header of these octets. */
const part = (udh: number[], sequence: number) =>
  text({ sequence, esmClass: 0x40, shortMessage: Buffer.from([udh.length, ...udh, 0x41, 0x42]) });

export const BAD_CARRIERS: BadCarrier[] = [
  binds('no answer', () => 'silent'),
  binds('the connection ends', () => 'drop', 4),
  binds('wrong password, then not', () => 0x0e),
  binds('bound already', () => 0x05, 4),
  binds("a status of the carrier's own", () => 0x4ff, 3),
  binds('a nack', (smsc, sequence) => {
    smsc.say({ command: 'generic_nack', sequence, commandStatus: 0x03 });
    return 'silent';
  }),
  binds('an answer under another number, by one that does not mean it', (smsc, sequence) => {
    smsc.say({ command: 'bind_transceiver_resp', sequence: sequence + 7, systemId: 'liar' });
    return 'silent';
  }),
  binds(
    'two answers',
    (smsc, sequence) => {
      smsc.say({ command: 'bind_transceiver_resp', sequence, systemId: 'twice' });
      return 0;
    },
    9,
  ),
  answers('all of them late', () => ({ afterMs: 1_200 })),
  answers('late, and some never', (number) => ({
    afterMs: number % 7 === 0 ? 1_000 : 20,
    ...odd(number, 9, 'silent'),
  })),
  answers('each of them twice', () => ({ answer: 'twice' })),
  answers('under other numbers', (number) => odd(number, 4, 'other-sequence')),
  answers('nothing but a header', (number) => odd(number, 3, 'bare'), { ends: ['sent'] }),
  answers('none for each fifth', (number) => odd(number, 5, 'silent')),
  answers('the connection ends instead of each tenth', (number) => odd(number, 10, 'drop')),
  answers('nacks', (number) => (number % 4 === 0 ? { answer: 'nack', commandStatus: 0x03 } : {}), { ends: ['failed'] }),
  answers('in the order that is the reverse', (number) => ({ afterMs: 5 + (7 - (number % 8)) * 15 })),
  answers('ids of 64 octets in capitals', (number) => ({ id: `ID-${number}-`.padEnd(64, 'X') })),
  answers('throttled, two of three', (number) => (number % 3 === 0 ? {} : { commandStatus: 0x58 })),
  answers('its queue is full, half of the time', (_, random) => (random() < 0.5 ? { commandStatus: 0x14 } : {})),
  answers('a system error now and then', (_, random) => (random() < 0.1 ? { commandStatus: 0x08 } : {})),
  answers(
    'any status at all',
    (number, random) => (number % 3 === 0 ? {} : { commandStatus: Math.floor(random() * 0x500) }),
    { ends: ['failed'] },
  ),
  ...[0, 15, 73_537, 2 ** 31 - 1, 2 ** 32 - 1].map((length) =>
    blurts(`a PDU of ${length} octets`, (_, time) => header(0x05, 0, time + 1, length), 3),
  ),
  blurts('a text without its NUL', () => Buffer.concat([header(0x05, 0, 7, 20), Buffer.from('abcd')])),
  blurts('parameters past the end', () =>
    Buffer.concat([header(RESPONSE + 0x04, 0, 9_999, 22), Buffer.from([0, 0x00, 0x1e, 0xff, 0xff, 0])]),
  ),
  blurts('commands that do not exist, and answers to nothing', (_, time) =>
    Buffer.concat([header(0x12345, 0, time), header(RESPONSE, 3, 0), header(RESPONSE + 0x15, 0, 4)]),
  ),
  blurts('noise', (random) => Buffer.from(Array.from({ length: 400 }, () => Math.floor(random() * 256))), 4),
  blurts('half a PDU, and then the rest of the stream', () => header(0x05, 0, 3, 90), 2),
  {
    name: 'texts: a flood',
    inbound: 3_000,
    drive({ smsc }) {
      for (let sequence = 1; sequence <= 3_000; sequence += 1) {
        smsc.blurt(text({ sequence, shortMessage: Buffer.from(`flood ${sequence}`) }));
      }
    },
  },
  blurts('parts that never become whole, or are none', (_, time) =>
    Buffer.concat([
      part([0x00, 3, time, 3, 1], 1),
      part([0x00, 3, time, 0, 0], 2),
      part([0x00, 3, time, 2, 9], 3),
      part([0x08, 4, 1, time, 255, 255], 4),
      part([0x00, 200, 1], 5),
      text({ sequence: 6, tlvs: { sarMsgRefNum: time, sarTotalSegments: 0, sarSegmentSeqnum: 4 } }),
    ]),
  ),
  receipts('before the answer, and twice', () => [{ overtakes: true }, {}, {}]),
  receipts('late and in another base', (id) => [{ afterMs: 900, id: String(id).padStart(16, '0') }]),
  receipts('in capitals with leading zeros', (id) => [{ id: `0000${id.toString(16).toUpperCase()}` }]),
  receipts('of nothing known, in between', () => [{ id: 'nobody-knows' }, { stat: '???' }, { text: 'no label' }, {}]),
  receipts('in parameters alone', () => [{ form: 'tlv' }]),
  receipts('one that takes back another', () => [
    { stat: 'ENROUTE' },
    {},
    { stat: 'UNDELIV', err: '001', afterMs: 200 },
  ]),
  receipts('on another bind', () => [{}], { settings: { binds: 3, window: 2 } }),
  {
    name: 'unbinds in the middle, again and again',
    script: () => ({ submit: () => ({ afterMs: 40 }) }),
    async drive({ smsc }) {
      for (let time = 0; time < 5; time += 1) {
        smsc.unbindAll();
        await pause(150);
      }
    },
  },
];
