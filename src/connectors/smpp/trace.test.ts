import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../../domain/clock.ts';
import type { TracedPdu, TraceMode } from '../../domain/pdu-trace.ts';
import { decode, encode, type Pdu, type PduDraft, type PduOf } from '../../wire/smpp/pdu.ts';
import { PduCounts } from './pdu-counts.ts';
import { Tracer } from './trace.ts';

const BIND = 'acme transceiver 1';

function setUp(mode: TraceMode) {
  const clock = new HandWoundClock();
  const kept: TracedPdu[] = [];
  const tracer = new Tracer({
    ...{ connector: 'acme', peer: 'smsc:2775', mode, clock, responseMs: 30_000 },
    keep: (pdu) => void kept.push(pdu),
    counts: new PduCounts(clock, () => undefined),
  });
  const say = (draft: PduDraft) => tracer.seen(BIND, true, draft, octetsOf(draft));
  const hear = (draft: PduDraft): Pdu => {
    const decoded = decode(octetsOf(draft));
    if (!decoded.ok) throw new Error(decoded.reason);
    tracer.seen(BIND, false, decoded.pdu, octetsOf(draft));
    return decoded.pdu;
  };
  const submit = (sequence: number) => {
    const about = { accountSid: 'AC1', messageSid: `SM${sequence}` };
    const draft = { command: 'submit_sm', sequence, shortMessage: Buffer.from('Hello'), about } as PduDraft;
    say(draft);
  };
  const deliver = (sequence: number, text = 'id:a') =>
    hear({ command: 'deliver_sm', sequence, esmClass: 4, shortMessage: Buffer.from(text) }) as PduOf<'deliver_sm'>;
  const told = () =>
    kept.map(({ octets, owner }) => {
      const decoded = decode(Buffer.from(octets, 'base64'));
      const whose = owner.kind === 'message' ? owner.messageSid : owner.kind;
      return `${decoded.ok ? decoded.pdu.command : 'none'} ${whose}`;
    });
  return { clock, tracer, kept, say, hear, submit, deliver, told };
}

function octetsOf(draft: PduDraft): Buffer {
  const encoded = encode(draft);
  if (!encoded.ok) throw new Error(encoded.reason);
  return encoded.bytes;
}

describe('the trace of a connector', () => {
  it('gives a receipt to its message by the id of the answer, in whatever form that was', () => {
    const { submit, hear, deliver, say, tracer, told } = setUp('all');
    submit(1);
    hear({ command: 'submit_sm_resp', sequence: 1, messageId: '00AB' });
    tracer.receipt(deliver(9), 'ab', 'delivered');
    say({ command: 'deliver_sm_resp', sequence: 9 });
    expect(told()).toEqual(['submit_sm SM1', 'submit_sm_resp SM1', 'deliver_sm SM1', 'deliver_sm_resp SM1']);
  });

  it('leaves a receipt that nobody awaits to the store, with a bare form for when it knows none either', () => {
    const { deliver, say, tracer, kept } = setUp('all');
    tracer.receipt(deliver(9, 'id:ff text:secret'), 'ff', 'delivered');
    say({ command: 'deliver_sm_resp', sequence: 9 });
    const [first] = kept;
    expect(first?.owner).toMatchObject({ kind: 'carrier-id', carrierId: 'ff' });
    const bare = first?.owner.kind === 'carrier-id' ? first.owner.bare : '';
    expect(Buffer.from(bare, 'base64').includes('secret')).toBe(false);
    expect(Buffer.from(first?.octets ?? '', 'base64').includes('secret')).toBe(true);
  });

  it('of failures says nothing while all is well, and everything of a refusal', () => {
    const { submit, hear, deliver, say, tracer, told } = setUp('failures');
    for (const sequence of [1, 2, 3]) submit(sequence);
    hear({ command: 'submit_sm_resp', sequence: 1, messageId: 'a' });
    hear({ command: 'submit_sm_resp', sequence: 2, commandStatus: 0x58 });
    hear({ command: 'generic_nack', sequence: 3 });
    tracer.receipt(deliver(9), 'a', 'delivered');
    say({ command: 'deliver_sm_resp', sequence: 9 });
    say({ command: 'enquire_link', sequence: 10 });
    hear({ command: 'enquire_link_resp', sequence: 10 });
    expect(told()).toEqual(['submit_sm SM2', 'submit_sm_resp SM2', 'submit_sm SM3', 'generic_nack SM3']);
  });

  it('of failures has the bind with its refusal, without the password', () => {
    const { say, hear, kept, told } = setUp('failures');
    say({ command: 'bind_transceiver', sequence: 1, systemId: 'pidge', password: 'secret08' });
    hear({ command: 'bind_transceiver_resp', sequence: 1 });
    say({ command: 'bind_transceiver', sequence: 1, systemId: 'pidge', password: 'secret08' });
    hear({ command: 'bind_transceiver_resp', sequence: 1, commandStatus: 0x0e });
    expect(told()).toEqual(['bind_transceiver none', 'bind_transceiver_resp none']);
    expect(kept.some(({ octets }) => Buffer.from(octets, 'base64').includes('secret08'))).toBe(false);
  });

  it('tells of a submit without an answer once its time is over, or its connection', () => {
    const { clock, submit, tracer, told } = setUp('failures');
    submit(1);
    clock.advance(30_001);
    submit(2);
    expect(told()).toEqual(['submit_sm SM1']);
    tracer.lost(BIND);
    expect(told()).toEqual(['submit_sm SM1', 'submit_sm SM2']);
  });

  it('forgets the oldest of too many that await their receipts', () => {
    const { submit, hear, deliver, say, tracer, told } = setUp('failures');
    for (let sequence = 1; sequence <= 20_001; sequence += 1) {
      submit(sequence);
      hear({ command: 'submit_sm_resp', sequence, messageId: `m${sequence}` });
    }
    tracer.receipt(deliver(1), 'm1', 'undelivered');
    say({ command: 'deliver_sm_resp', sequence: 1 });
    tracer.receipt(deliver(2), 'm2', 'undelivered');
    say({ command: 'deliver_sm_resp', sequence: 2 });
    expect(told()).toEqual([
      ...['deliver_sm carrier-id', 'deliver_sm_resp carrier-id'],
      ...['submit_sm SM2', 'submit_sm_resp SM2', 'deliver_sm SM2', 'deliver_sm_resp SM2'],
    ]);
  });

  it('keeps nothing when it is off', () => {
    const { submit, hear, tracer, told } = setUp('off');
    submit(1);
    hear({ command: 'submit_sm_resp', sequence: 1, commandStatus: 0x0b });
    tracer.lost(BIND);
    tracer.stop();
    expect(told()).toEqual([]);
  });
});
