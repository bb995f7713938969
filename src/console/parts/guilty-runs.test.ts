import { expect, it } from 'vitest';
import { guiltyOf } from '../../domain/guilty.ts';
import { runsOf } from './guilty-runs.ts';

const runs = (text: string) => runsOf(text, guiltyOf(text)).map(({ text: piece, points }) => [piece, points.length]);

it('marks a character alone where it stands alone', () => {
  expect(runs('See you – at 10')).toEqual([
    ['See you ', 0],
    ['–', 1],
    [' at 10', 0],
  ]);
});

it('keeps letters that follow each other in one piece, so that they join and run as they do', () => {
  expect(runs('שלום עולם 12')).toEqual([
    ['שלום', 4],
    [' ', 0],
    ['עולם', 4],
    [' 12', 0],
  ]);
});

it('leaves a letter innocent whose follower nobody sees', () => {
  expect(runs('width\u200dtext')).toEqual([
    ['width', 0],
    ['\u200d', 1],
    ['text', 0],
  ]);
});

it('loses nothing, and marks nothing where nothing is dear', () => {
  const text = 'a\u200b👍🏽é– ש';
  expect(
    runsOf(text, guiltyOf(text))
      .map((run) => run.text)
      .join(''),
  ).toBe(text);
  expect(runs('Hello')).toEqual([['Hello', 0]]);
});
