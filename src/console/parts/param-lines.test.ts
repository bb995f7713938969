import { expect, it } from 'vitest';
import { linesOf, paramsOf } from './param-lines.ts';

it('what is written as lines is read back as it was', () => {
  const params: [string, string][] = [
    ['Body', 'two\nlines \\n and = more'],
    ['Empty', ''],
    ['Tag', 'a'],
    ['Tag', 'b'],
  ];
  expect(paramsOf(linesOf(params))).toEqual(params);
});

it('a line without a value is a name, and an empty one is nothing', () => {
  expect(paramsOf('To=+1\n\nAlone')).toEqual([
    ['To', '+1'],
    ['Alone', ''],
  ]);
});
