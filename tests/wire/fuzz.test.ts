/**
 * Whatever a peer sends, every parser of the wire answers with a value, soon, and with no more than came in (T16 of the
 * reliability paper). 20 000 inputs a parser; a million with PIDGE_TEST_LANE=full. PIDGE_TEST_SEED repeats a run.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, readDataCoding, readEsmClass, unpackSeptets } from '../../src/wire/smpp/data-coding.ts';
import { FrameSplitter } from '../../src/wire/smpp/framing.ts';
import { readInbound } from '../../src/wire/smpp/inbound.ts';
import { answerToUndecodable, decode, encode, MAX_PDU_OCTETS } from '../../src/wire/smpp/pdu.ts';
import { idForms, looksLikeReceipt, readReceipt } from '../../src/wire/smpp/receipt.ts';
import { outcomeOfReceipt } from '../../src/wire/smpp/receipt-outcome.ts';
import { readReceiptDate, readTime } from '../../src/wire/smpp/times.ts';
import { readTlvs, sizeOfTlvs, writeTlvs } from '../../src/wire/smpp/tlv.ts';
import { TLVS } from '../../src/wire/smpp/tlv-table.ts';
import { placeOf, readUdh } from '../../src/wire/smpp/udh.ts';
import { anyPdu } from './arbitrary-pdu.ts';

const INPUTS = process.env.PIDGE_TEST_LANE === 'full' ? 1_000_000 : 20_000;
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const LIMIT_MS = 50;
const LIMIT_OCTETS = 8 * 2 ** 20;
const TIMEOUT_MS = 600_000;

/** Mulberry32: small, and the same everywhere. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  octets(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(most + 1) }, () => this.below(256)));
  }
}

const CORPUS = fc.sample(anyPdu, { numRuns: 400, seed: SEED }).flatMap((pdu) => {
  const encoded = encode(pdu);
  return encoded.ok ? [encoded.bytes] : [];
});
const TAGS = Object.values(TLVS).map(({ tag }) => tag);
const LENGTHS = [0, 1, 15, 16, 17, 255, 65_537, MAX_PDU_OCTETS, MAX_PDU_OCTETS + 1, 2 ** 31 - 1, 2 ** 32 - 1];

/** A PDU that was sound once; its length is put right again half the time, for faults further in to be reached. */
function brokenPdu(dice: Dice): Buffer {
  let bytes: Buffer = Buffer.from(dice.of(CORPUS));
  for (let faults = dice.below(4); faults >= 0; faults -= 1) {
    const at = dice.below(bytes.length);
    switch (dice.below(6)) {
      case 0:
        bytes[at] = dice.below(256);
        break;
      case 1:
        bytes[at] = dice.of([0, 0, 1, 0x7f, 0xff]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), dice.octets(40), bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + dice.below(30))]);
        break;
      case 4:
        if (bytes.length >= 4) bytes.writeUInt32BE(dice.of(LENGTHS), 0);
        break;
      default:
        bytes = Buffer.concat([bytes, dice.octets(30)]);
    }
    if (bytes.length === 0) bytes = dice.octets(20);
  }
  if (dice.below(2) === 0 && bytes.length >= 16) bytes.writeUInt32BE(bytes.length, 0);
  return bytes;
}

const WORDS = [
  ...[
    'id:',
    'ID :',
    'sub:',
    'dlvrd:',
    'submit date:',
    'Submit_Date=',
    'done date:',
    'stat:',
    'STATUS:',
    'err:',
    'Error:',
    'text:',
    'Text:',
  ],
  ...[
    'DELIVRD',
    'UNDELIV',
    'Rejectd',
    '2',
    '001',
    '000',
    '0x1F',
    'deadBEEF',
    '0000123',
    '2311210830',
    '20231121083005',
    '99999999',
  ],
  ...[' ', '   ', '"', "'", ':', '\0', '\n', 'é', '\u20ac', '-', '+', '00+', 'R', ';', ','],
];
const CHARSETS_AT = Array.from({ length: 256 }, (_, octet) => octet);
const ALPHABETS = ['GSM-7', 'GSM-7 packed', 'Latin-1'] as const;

function words(dice: Dice): string {
  // Now and then the worst a payload can hold: the same few words to its end.
  const few = dice.below(200) === 0;
  const text = Array.from({ length: dice.below(30) }, () => dice.of(WORDS)).join('');
  return few ? text.repeat(40).slice(0, 65_535) : text;
}

/** Octets of a value: strings, buffers and what holds them. A view counts, for it could have been a copy. */
function weigh(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length + 16;
  if (value instanceof Uint8Array) return value.length + 64;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce((sum: number, one) => sum + 16 + weigh(one), 16);
}

/** `parse` answers what it made; `judge` throws when that is not what was promised. */
function fuzz<I, O>(make: (dice: Dice) => I, parse: (input: I) => O, judge: (output: O, input: I) => void): void {
  const dice = new Dice(SEED);
  for (let round = 0; round < INPUTS; round += 1) {
    const input = make(dice);
    try {
      const started = performance.now();
      const output = parse(input);
      if (performance.now() - started > LIMIT_MS) expect(bestOfThree(() => parse(input))).toBeLessThan(LIMIT_MS);
      if (weigh(output) > LIMIT_OCTETS) throw new Error(`it holds ${weigh(output)} octets`);
      judge(output, input);
    } catch (error) {
      throw new Error(`input ${round} of seed ${SEED}: ${JSON.stringify(input)}`, { cause: error });
    }
  }
}

/** On a busy machine one slow run says nothing. */
function bestOfThree(run: () => unknown): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const started = performance.now();
      run();
      return performance.now() - started;
    }),
  );
}

/** The same text for the same keys, whatever their order. */
function sorted(value: object | null): string {
  return JSON.stringify(Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

describe(`fuzzed with ${INPUTS} inputs of seed ${SEED}`, () => {
  it(
    'a PDU is read into what can be written again, or refused with a reason and an answer',
    () => {
      let read = 0;
      fuzz(brokenPdu, decode, (decoded, bytes) => {
        if (decoded.ok) {
          read += 1;
          must(encode(decoded.pdu).ok, 'what was read cannot be written');
          return;
        }
        must(decoded.reason !== '' && decoded.commandStatus > 0, 'a fault without a reason or a status');
        if (bytes.length >= 16) must(decoded.sequence === bytes.readUInt32BE(12), 'a fault of another PDU');
        const answer = answerToUndecodable(decoded);
        must(answer === null || encode(answer).ok, 'a fault that cannot be answered');
      });
      // A fuzzer that only finds refusals, or none, is aimed wrong.
      expect(read).toBeGreaterThan(INPUTS / 50);
      expect(read).toBeLessThan(INPUTS - INPUTS / 50);
    },
    TIMEOUT_MS,
  );

  it(
    'a stream never holds more than one PDU, and ends at the first length that cannot be',
    () => {
      const stream = (dice: Dice) => Array.from({ length: 1 + dice.below(4) }, () => brokenPdu(dice));
      fuzz(
        stream,
        (chunks) => {
          const splitter = new FrameSplitter();
          return { results: chunks.map((chunk) => splitter.push(chunk)), waiting: splitter.waitingOctets };
        },
        ({ results, waiting }) => {
          must(waiting < MAX_PDU_OCTETS, 'it holds more than a PDU');
          let ended = false;
          for (const { frames, fault } of results) {
            must(!ended || (frames.length === 0 && fault !== null), 'it went on after a fault');
            for (const frame of frames) must(frame.readUInt32BE(0) === frame.length, 'a frame of another length');
            ended ||= fault !== null;
          }
        },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'optional parameters are read into what can be written again, or refused whole',
    () => {
      fuzz(
        (dice) =>
          Buffer.concat(
            Array.from({ length: dice.below(6) }, () => {
              const value = dice.octets(dice.of([0, 1, 2, 4, 30]));
              const head = Buffer.alloc(4);
              head.writeUInt16BE(dice.below(8) === 0 ? dice.below(0x10000) : dice.of(TAGS), 0);
              head.writeUInt16BE(dice.below(12) === 0 ? dice.below(0x10000) : value.length, 2);
              return Buffer.concat([head, value]);
            }),
          ),
        (octets) => readTlvs(octets, 0, octets.length),
        (tlvs) => {
          if (!tlvs) return;
          const size = sizeOfTlvs(tlvs);
          if (typeof size === 'string') throw new Error(`${size} was read and cannot be written`);
          const written = Buffer.alloc(size);
          must(writeTlvs(tlvs, written, 0) === size, 'it was written in another size');
          const again = readTlvs(written, 0, size);
          // Of what stands twice the first counts, and a draft does not say which of the two that was.
          if (tlvs.others?.some(({ tag }) => TAGS.includes(tag as (typeof TAGS)[number]))) return;
          must(sorted(again) === sorted(tlvs), 'what was written is read as something else');
        },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'a user data header lies within its octets, or is none',
    () => {
      fuzz(
        (dice) => dice.octets(40),
        (octets) => {
          const udh = readUdh(octets);
          return { udh, place: udh && placeOf(udh.elements) };
        },
        ({ udh, place }, octets) => {
          if (udh) must(udh.octets <= octets.length, 'the header is longer than all of it');
          if (place) must(place.number >= 1 && place.number <= place.total && place.total <= 255, 'a part of nowhere');
        },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'the text of a receipt gives a receipt and an outcome',
    () => {
      fuzz(
        words,
        (text) => {
          const receipt = readReceipt(text);
          return { receipt, outcome: outcomeOfReceipt(receipt), looks: looksLikeReceipt(text) };
        },
        ({ receipt, outcome }) => {
          must(receipt.state === null || (receipt.state >= 0 && receipt.state <= 9), 'a state that is none');
          must(outcome.kind !== 'unrecognised' || receipt.state === null, 'a known state that means nothing');
          must(receipt.id === null || (receipt.id !== '' && receipt.id.length <= 256), 'an id without bounds');
        },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'a deliver_sm is a part, a receipt, or ignored, whatever its flags say',
    () => {
      fuzz(
        (dice) => ({
          esmClass: dice.below(256),
          dataCoding: dice.below(256),
          shortMessage: dice.below(3) === 0 ? Buffer.from(words(dice), 'latin1').subarray(0, 255) : dice.octets(160),
          style: {
            defaultAlphabet: dice.of(ALPHABETS),
            binaryAs: 'Latin-1',
            receiptsByText: dice.below(2) === 0,
          } as const,
        }),
        ({ style, ...fields }) => {
          const encoded = encode({ command: 'deliver_sm', sequence: 1, ...fields });
          const decoded = encoded.ok ? decode(encoded.bytes) : null;
          if (!decoded?.ok || decoded.pdu.command !== 'deliver_sm') throw new Error('it was not even written');
          return readInbound(decoded.pdu, style);
        },
        (heard) => {
          if (heard.kind === 'part')
            must(heard.part.number >= 1 && heard.part.number <= heard.part.total, 'a part of nowhere');
        },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'octets of every coding are a text',
    () => {
      fuzz(
        (dice) => ({ dataCoding: dice.of(CHARSETS_AT), alphabet: dice.of(ALPHABETS), octets: dice.octets(160) }),
        ({ dataCoding, alphabet, octets }) => {
          const text = decodeText(octets, readDataCoding(dataCoding).charset, alphabet);
          return { text, kind: readEsmClass(dataCoding).kind, septets: unpackSeptets(octets, dataCoding % 8) };
        },
        ({ text, septets }, { octets }) => {
          must(text.length <= 2 * octets.length + 1, 'more characters than octets can hold');
          must(
            septets.every((septet) => septet < 0x80),
            'a septet of eight bits',
          );
        },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'times and dates are instants or refused',
    () => {
      const now = Date.UTC(2026, 10, 21);
      const digits = (dice: Dice) => {
        const text = Array.from({ length: 8 + dice.below(9) }, () => dice.below(10)).join('');
        return text + dice.of(['', '+', '-', 'R', '00+', '+0200', '-05:30', 'Z', ' ']);
      };
      fuzz(
        digits,
        (text) => ({ time: readTime(text, now), date: readReceiptDate(text, 60, now) }),
        ({ time, date }) => {
          if (time.ok) must(time.at === null || Number.isSafeInteger(time.at), 'an instant that is none');
          if (date) must(Number.isSafeInteger(date.at) && /^\d{10}$/.test(date.stamp), 'a date that is none');
        },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'an id has one to four forms, the first as it was written',
    () => {
      fuzz(
        (dice) => (dice.below(2) === 0 ? words(dice) : dice.octets(80).toString('hex')),
        idForms,
        (forms, id) => must(forms.length <= 4 && forms[0] === id.trim().slice(0, 256), 'forms of another id'),
      );
    },
    TIMEOUT_MS,
  );
});
