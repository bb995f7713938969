import { describe, expect, it } from 'vitest';
import { outcomeOf, preflight } from './preflight.ts';

const OWN = '+12025550100';
const ADA = '+12025550101';

describe('preflight', () => {
  it.each([
    [21211, '+15005550001'],
    [21612, '+15005550002'],
    [21408, '+15005550003'],
    [21610, '+15005550004'],
    [21614, '+15005550009'],
    [null, '+15005550006'],
    [null, '+15005550007'],
    [21608, '+15005521608'],
    [21608, 'whatsapp:+15005521608'],
    [20429, '+15005520429'],
    [null, '+15005530003'],
    [null, ADA],
  ])('answers %j for To %s', (code, to) => {
    expect(preflight({ to, from: OWN })).toBe(code);
  });

  it.each([
    [21212, '+15005550001'],
    [21606, '+15005550002'],
    [21606, '+15005550007'],
    [21611, '+15005550008'],
    [null, '+15005550006'],
    [null, 'constructor'],
  ])('answers %j for From %s', (code, from) => {
    expect(preflight({ to: ADA, from })).toBe(code);
  });

  it('judges From before To', () => {
    expect(preflight({ from: '+15005550001', to: '+15005550002' })).toBe(21212);
  });

  it('lets a 2xxxx pass that is no error of a request', () => {
    expect(preflight({ from: OWN, to: '+15005529999' })).toBeNull();
  });
});

describe('outcome numbers', () => {
  it.each([
    ['+15005530003', 'undelivered', 30003],
    ['+15005530007', 'undelivered', 30007],
    ['+15005530001', 'failed', 30001],
    ['+15005530410', 'failed', 30410],
    ['+15005521703', 'failed', 21703],
    ['+15005521704', 'failed', 21704],
    ['whatsapp:+15005563016', 'failed', 63016],
    ['whatsapp:+15005563024', 'undelivered', 63024],
  ])('%s ends %s with %d', (to, kind, code) => {
    expect(outcomeOf(to)).toEqual({ kind, code });
  });

  it.each(['+15005521211', '+15005529999', '+15005550006', '+15005512345', ADA, '+1500553000', 'ACME'])(
    '%s is none',
    (to) => {
      expect(outcomeOf(to)).toBeNull();
    },
  );
});
