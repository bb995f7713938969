import { expect, it } from 'vitest';
import { codesIn, ownPath, piecesOf } from './texts.ts';

it('finds the code of a text, and no other number', () => {
  expect(codesIn('Your code is 482913.')).toEqual(['482913']);
  expect(codesIn('Code 482913: do not share it')).toEqual(['482913']);
  expect(codesIn('482913')).toEqual(['482913']);
  expect(codesIn('Acme code: 482-913')).toEqual(['482913']);
  expect(codesIn('Use PIN 4711 (expires 2026-11-22 at 10:30)')).toEqual(['4711']);
  expect(codesIn('Your code came from +12025550100')).toEqual([]);
  expect(codesIn('Your visit is on 2026-11-22, price 1234.50')).toEqual([]);
  expect(codesIn('We moved to 12345 Main Street')).toEqual([]);
  expect(codesIn('Your code: https://example.com/482913')).toEqual([]);
});

it('cuts a text at its links', () => {
  expect(piecesOf('See http://a.example/x. Bye')).toEqual([
    { at: 0, text: 'See ', link: null },
    { at: 4, text: 'http://a.example/x', link: 'http://a.example/x' },
    { at: 22, text: '. Bye', link: null },
  ]);
  expect(piecesOf('javascript:alert(1)')).toEqual([{ at: 0, text: 'javascript:alert(1)', link: null }]);
});

it('takes files from its own origin alone', () => {
  expect(ownPath('http://sms.example:7670/m/ME1.x?y=1')).toBe('/m/ME1.x?y=1');
});
