/** PDUs of every command with every optional parameter, made from the codec's own tables. */
import fc from 'fast-check';
import type { Field } from '../../src/wire/smpp/fields.ts';
import { type Command, LAYOUTS } from '../../src/wire/smpp/layouts.ts';
import type { Pdu } from '../../src/wire/smpp/pdu.ts';
import { TLVS, type TlvKind, type Tlvs } from '../../src/wire/smpp/tlv-table.ts';

export const COMMANDS = Object.keys(LAYOUTS) as Command[];
const TAGS = new Set<number>(Object.values(TLVS).map(({ tag }) => tag));

const int8 = fc.integer({ min: 0, max: 0xff });
const int16 = fc.integer({ min: 0, max: 0xffff });
const int32 = fc.nat(0xffffffff);

/** Latin-1 without NUL, at most `most` characters. */
const latin1 = (most: number) =>
  fc.array(fc.integer({ min: 1, max: 0xff }), { maxLength: most }).map((codes) => String.fromCharCode(...codes));
const octets = (most: number) => fc.uint8Array({ maxLength: most });

const address = { ton: int8, npi: int8, addr: latin1(64) };

function ofField({ kind, max }: Field): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'int8':
      return int8;
    case 'cstring':
      return latin1(max - 1);
    case 'octets':
      return octets(max);
    case 'destinations':
      return fc.array(
        fc.oneof(
          fc.record({ kind: fc.constant('address'), ...address }),
          fc.record({ kind: fc.constant('list'), name: latin1(64) }),
        ),
        { maxLength: 5 },
      );
    case 'failures':
      return fc.array(fc.record({ ...address, commandStatus: int32 }), { maxLength: 5 });
  }
}

function ofTlv(kind: TlvKind): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'int8':
      return int8;
    case 'int16':
      return int16;
    case 'int32':
      return int32;
    case 'cstring':
      return latin1(80);
    case 'octets':
      return octets(200);
    case 'networkError':
      return fc.record({ networkType: int8, code: int16 });
    case 'callbackNumber':
      return fc.record({ digitMode: int8, ton: int8, npi: int8, digits: latin1(16) });
  }
}

const tlvModel = Object.fromEntries(
  Object.entries(TLVS).map(([name, entry]) => {
    const one = ofTlv(entry.kind);
    return [name, 'many' in entry ? fc.array(one, { minLength: 1, maxLength: 3 }) : one];
  }),
);
const unknownTag = int16.filter((tag) => !TAGS.has(tag));
const others = fc.array(fc.record({ tag: unknownTag, value: octets(50) }), { minLength: 1, maxLength: 3 });

const someTlvs: fc.Arbitrary<Tlvs> = fc
  .subarray([...Object.keys(TLVS), 'others'], { maxLength: 6 })
  .chain((names) =>
    fc.record(
      Object.fromEntries(names.map((name) => [name, (name === 'others' ? undefined : tlvModel[name]) ?? others])),
    ),
  ) as fc.Arbitrary<Tlvs>;

/** A whole PDU of one command. */
export function pduOf(command: Command): fc.Arbitrary<Pdu> {
  const fields = Object.entries(LAYOUTS[command].fields).map(([name, field]) => [name, ofField(field)]);
  return fc.record({
    command: fc.constant(command),
    commandStatus: fc.oneof(fc.constant(0), int32),
    sequence: int32,
    tlvs: fc.oneof(fc.constant({}), someTlvs),
    ...Object.fromEntries(fields),
  }) as unknown as fc.Arbitrary<Pdu>;
}

export const anyPdu: fc.Arbitrary<Pdu> = fc.constantFrom(...COMMANDS).chain(pduOf);

/** With every view made plain octets, so that equal PDUs are equal to a test. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { octets: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}
