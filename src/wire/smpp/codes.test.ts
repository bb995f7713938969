import { describe, expect, it } from 'vitest';
import { describeStatus, ESME } from './codes.ts';

describe('a status', () => {
  it('has its name and a sentence', () => {
    expect(describeStatus(0x58)).toEqual({
      name: 'ESME_RTHROTTLED',
      text: 'throttled: the allowed rate was exceeded',
      known: true,
    });
    expect(describeStatus(0x401)).toEqual({
      name: '0x00000401',
      text: "a status of this carrier's own",
      known: false,
    });
    expect(describeStatus(0xdeadbeef)).toMatchObject({ name: '0xDEADBEEF', known: false });
  });

  it('has a number no other has', () => {
    const numbers = Object.values(ESME);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
