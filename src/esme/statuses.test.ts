import { describe, expect, it } from 'vitest';
import { refuse } from '../domain/errors.ts';
import { StoreUnavailable } from '../store/store.ts';
import { ESME } from '../wire/smpp/codes.ts';
import { verdictOfSubmit } from '../wire/smpp/submit-result.ts';
import { isWithin } from './addresses.ts';
import { Refusal, refusalFrom, statusOfRefusal } from './statuses.ts';

describe('refusals in SMPP', () => {
  it('have the status of their kind, and pass only when trying again can help', () => {
    const passing = (code: number) => verdictOfSubmit(statusOfRefusal(refuse(code))).kind;
    for (const code of [21211, 21604, 21212, 21659, 21610, 21617, 21602, 21624, 35118, 20005]) {
      expect([code, passing(code) === 'later']).toEqual([code, false]);
    }
    for (const code of [21611, 20429]) expect([code, passing(code)]).toEqual([code, 'later']);
    expect(statusOfRefusal(refuse(20429))).toBe(ESME.ESME_RTHROTTLED);
    expect(statusOfRefusal(refuse(21611))).toBe(ESME.ESME_RMSGQFUL);
  });

  it('keep our code and sentence; what is no refusal is none', () => {
    expect(refusalFrom(refuse(21659, { From: '+1' }))).toMatchObject({
      code: 21659,
      commandStatus: ESME.ESME_RINVSRCADR,
    });
    expect(refusalFrom(new Refusal(ESME.ESME_RINVESMCLASS, 'odd'))).toMatchObject({ code: 0 });
    expect(refusalFrom(new StoreUnavailable('away'))).toBeNull();
    expect(refusalFrom(new Error('a bug'))).toBeNull();
  });
});

describe('networks', () => {
  it('are told from each other, IPv4 on an IPv6 socket too', () => {
    expect(isWithin('10.1.2.3', null)).toBe(true);
    expect(isWithin('10.1.2.3', ['10.0.0.0/8'])).toBe(true);
    expect(isWithin('::ffff:10.1.2.3', ['10.0.0.0/8'])).toBe(true);
    expect(isWithin('11.1.2.3', ['10.0.0.0/8', '::/0'])).toBe(false);
    expect(isWithin('::1', ['::1/128'])).toBe(true);
    expect(isWithin('', ['0.0.0.0/0'])).toBe(false);
  });
});
