/** How fast a user may submit, whatever PDU its messages come in. */
import { beforeEach, describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import { ESME } from '../wire/smpp/codes.ts';
import type { Destination } from '../wire/smpp/fields.ts';
import { decode, encode, type PduDraft } from '../wire/smpp/pdu.ts';
import { makeDesk, type Refused } from './desk.ts';
import type { Request } from './desk-shapes.ts';
import { ESME_DEFAULTS, type EsmeUser } from './settings.ts';
import { Refusal } from './statuses.ts';
import { Users } from './users.ts';

const USER: EsmeUser = { ...ESME_DEFAULTS, name: 'acme', accountSid: 'AC1', ratePerSecond: 2 };
const BAD = '12';

let clock: HandWoundClock;
let taken: string[];
let refused: Refused[];
let desk: ReturnType<typeof makeDesk>;

beforeEach(() => {
  clock = new HandWoundClock();
  taken = [];
  refused = [];
  desk = makeDesk({
    users: new Users(clock),
    submissions: {
      async take({ part, id }) {
        if (part.to.endsWith(BAD) && part.to.length < 7) throw new Refusal(ESME.ESME_RINVDSTADR, 'no number');
        taken.push(part.to);
        return id ?? `SM${taken.length}`;
      },
      takeLate: async () => undefined,
    },
    inquiries: {} as never,
    clock,
    onRefused: (one) => refused.push(one),
    onFault(error) {
      throw error;
    },
  });
});

const ask = (pdu: PduDraft, user = USER) => desk.serve(user, received(pdu), 0x34);
const single = (user = USER) => ask({ command: 'submit_sm', sequence: 1, ...TEXT, ...addressOf('12025550101') }, user);
const toMany = (...numbers: string[]) =>
  ask({ command: 'submit_multi', sequence: 1, ...TEXT, destinations: numbers.map(destination) });

const TEXT = { sourceAddrTon: 1, sourceAddr: '12125550140', shortMessage: Buffer.from('Hello') };
const NUMBERS = ['12025550101', '12025550102', '12025550103', '12025550104'];

function addressOf(destinationAddr: string) {
  return { destAddrTon: 1, destAddrNpi: 1, destinationAddr };
}
function destination(addr: string): Destination {
  return { kind: 'address', ton: 1, npi: 1, addr };
}
function received(draft: PduDraft): Request {
  const encoded = encode(draft);
  const decoded = encoded.ok ? decode(encoded.bytes) : encoded;
  if (!decoded.ok) throw new Error('no PDU');
  return decoded.pdu as Request;
}

describe('a user with a rate', () => {
  it('has a turn for each recipient of a submit_multi, and hears which were too fast', async () => {
    const answer = await toMany(...NUMBERS);
    expect(answer).toMatchObject({ command: 'submit_multi_resp', messageId: 'SM1' });
    const throttled = { ton: 1, npi: 1, commandStatus: ESME.ESME_RTHROTTLED };
    expect(answer).toHaveProperty('failures', [
      { ...throttled, addr: '12025550103' },
      { ...throttled, addr: '12025550104' },
    ]);
    expect(taken).toEqual(['+12025550101', '+12025550102']);
    expect(refused).toHaveLength(2);
    // The turns that it took are gone for single ones too, and come back in their time.
    expect(await single()).toMatchObject({ commandStatus: ESME.ESME_RTHROTTLED });
    clock.advance(500);
    expect(await single()).toMatchObject({ messageId: 'SM3' });
    expect(await single()).toMatchObject({ commandStatus: ESME.ESME_RTHROTTLED });
  });

  it('has a submit_multi refused as too fast when none of it was taken, also beside a bad number', async () => {
    await toMany('12025550101', '12025550102');
    expect(await toMany(...NUMBERS)).toMatchObject({ commandStatus: ESME.ESME_RTHROTTLED });
    clock.advance(1_000);
    expect(await toMany(BAD, BAD, '12025550101')).toMatchObject({ commandStatus: ESME.ESME_RTHROTTLED });
    clock.advance(1_000);
    expect(await toMany(BAD, BAD)).toMatchObject({ commandStatus: ESME.ESME_RINVDSTADR });
    expect(taken).toHaveLength(2);
  });

  it('has its first turn at every instant, however its fractions add up', async () => {
    const user = { ...USER, ratePerSecond: 1 };
    for (let round = 0; round < 200; round += 1) {
      clock.advance(1_000.1);
      expect(await single(user)).toHaveProperty('messageId');
      expect(await single(user)).toMatchObject({ commandStatus: ESME.ESME_RTHROTTLED });
    }
  });

  it('takes no turn by a submit that its window has no room for', async () => {
    const user = { ...USER, window: 1 };
    const answers = await Promise.all([single(user), single(user)]);
    expect(answers).toMatchObject([{ messageId: 'SM1' }, { commandStatus: ESME.ESME_RMSGQFUL }]);
    expect(await single(user)).toMatchObject({ messageId: 'SM2' });
  });
});
