import { describe, expect, it } from 'vitest';
import { countryOf, parseSender, parseTo } from './address.ts';
import { chooseSender, narrowSenders, type PoolSender, type SenderWish } from './senders.ts';

const DC = '+12025550100';
const DC_OVERLAY = '+17715550100';
const NEW_YORK = '+12125550100';
const TORONTO = '+14165550100';
const BERLIN = '+4915112345678';

function sender(text: string, changes: Partial<PoolSender> = {}): PoolSender {
  const address = parseSender(text);
  if (!address) throw new Error(`${text} is no sender`);
  const home = address.kind === 'number' ? countryOf(address.e164) : address.kind === 'short-code' ? 'US' : null;
  return { text, address, country: home, canSms: true, canMms: true, ...changes };
}

function narrow(pool: (string | PoolSender)[], to: string, changes: Partial<SenderWish> = {}) {
  const address = parseTo(to);
  if (!address) throw new Error(`${to} is no recipient`);
  return narrowSenders(
    pool.map((one) => (typeof one === 'string' ? sender(one) : one)),
    { to: address, pinned: null, sticky: null, areaCodeGeomatch: true, hasMedia: false, ...changes },
  );
}
const left = (...given: Parameters<typeof narrow>) => narrow(...given).candidates.map(({ text }) => text);

describe('of a pool', () => {
  it('that is empty nothing is chosen, with 21704', () => {
    expect(narrow([], DC)).toMatchObject({ candidates: [], errorCode: 21704 });
  });

  it('only senders of the channel of the recipient are left; when there is none it is 21703', () => {
    const pool = [DC, 'whatsapp:+12025550100'];
    expect(left(pool, 'whatsapp:+4915112345678')).toEqual(['whatsapp:+12025550100']);
    expect(left(pool, BERLIN)).toEqual([DC]);
    expect(narrow([DC], 'whatsapp:+4915112345678')).toMatchObject({ candidates: [], errorCode: 21703 });
  });

  it('what cannot carry the message is left out', () => {
    const mute = sender(DC, { canSms: false });
    const textOnly = sender(NEW_YORK, { canMms: false });
    expect(left([mute, textOnly], DC_OVERLAY)).toEqual([NEW_YORK]);
    expect(narrow([textOnly], DC, { hasMedia: true }).errorCode).toBe(21703);
  });

  it('none writes to itself', () => {
    expect(left([DC, NEW_YORK], DC)).toEqual([NEW_YORK]);
    expect(narrow([DC], DC).errorCode).toBe(21703);
  });

  it('the pinned sender goes before all, and nothing goes in its place', () => {
    expect(left([DC, NEW_YORK], '+12025550199', { pinned: NEW_YORK, sticky: DC })).toEqual([NEW_YORK]);
    expect(narrow([DC], '+12025550199', { pinned: NEW_YORK }).errorCode).toBe(21703);
  });

  it('the sticky sender goes before the nearer one, while it is in the pool', () => {
    expect(left([DC, NEW_YORK], '+12025550199', { sticky: NEW_YORK })).toEqual([NEW_YORK]);
    expect(left([DC], '+12025550199', { sticky: NEW_YORK })).toEqual([DC]);
  });

  it('an alphanumeric sender goes first where it exists, that of the country before the general one', () => {
    const pool = [BERLIN, 'ACME', sender('ACMEDE', { country: 'DE' })];
    expect(left(pool, '+4915112345670')).toEqual(['ACMEDE']);
    expect(left(pool, '+33612345678')).toEqual(['ACME']);
    expect(left(['ACME', DC], '+12025550199')).toEqual([DC]);
    expect(narrow(['ACME'], TORONTO).errorCode).toBe(21703);
  });

  it('a short code goes before numbers in its own country, and nowhere else', () => {
    expect(left([DC, '76767'], '+12025550199')).toEqual(['76767']);
    expect(left([DC, '76767'], BERLIN)).toEqual([DC]);
    expect(narrow(['76767'], BERLIN).errorCode).toBe(21703);
  });

  it('a number of the country goes before a US one, and a US one before any', () => {
    expect(left([DC, BERLIN], '+4915112345670')).toEqual([BERLIN]);
    expect(left([DC, BERLIN], '+33612345678')).toEqual([DC]);
    expect(left([BERLIN], '+33612345678')).toEqual([BERLIN]);
  });

  it('in the US and Canada the area code decides, then its overlay, then the country, then the neighbour', () => {
    const pool = [DC, DC_OVERLAY, NEW_YORK, TORONTO];
    expect(left(pool, '+12025550199')).toEqual([DC]);
    expect(left([DC_OVERLAY, NEW_YORK], '+12025550199')).toEqual([DC_OVERLAY]);
    expect(left(pool, '+13125550199')).toEqual([DC, DC_OVERLAY, NEW_YORK]);
    expect(left([DC, BERLIN], '+14165550199')).toEqual([DC]);
    expect(left([TORONTO, BERLIN], '+12025550199')).toEqual([TORONTO]);
    expect(left(pool, '+12025550199', { areaCodeGeomatch: false })).toEqual([DC, DC_OVERLAY, NEW_YORK]);
  });
});

describe('of several candidates', () => {
  const narrowed = narrow([DC, NEW_YORK, DC_OVERLAY], '+13125550199');

  it('the one whose queue is shortest is chosen', () => {
    const starts = new Map([[DC, 900], [NEW_YORK, 300], [DC_OVERLAY, 500]]); // biome-ignore format: a table
    const choice = chooseSender(narrowed, starts, 0.99);
    expect(choice.sender?.text).toBe(NEW_YORK);
    expect(choice.reasons).toEqual([
      '3 of 3 senders can carry it (sms)',
      'a number because it is of US',
      `${NEW_YORK} because its queue is the shortest`,
    ]);
  });

  it('equal queues are settled by lot', () => {
    const starts = new Map([[DC, 900]]);
    expect(chooseSender(narrowed, starts, 0).sender?.text).toBe(NEW_YORK);
    expect(chooseSender(narrowed, starts, 0.5).sender?.text).toBe(DC_OVERLAY);
  });

  it('and of none, the code and the reasons are passed on', () => {
    expect(chooseSender(narrow(['76767'], BERLIN), new Map(), 0)).toEqual({
      sender: null,
      errorCode: 21703,
      reasons: ['1 of 1 senders can carry it (sms)', 'no sender reaches the country of the recipient'],
    });
  });
});
