import { describe, expect, it } from 'vitest';
import { countReply, isLooping, LOOP_GAP_MS, type LoopCount, loopKey, MOST_TURNS } from './reply-loop.ts';

/** Replies at `now`, then every `gapMs`; the count after them, and how many were allowed. */
function play(turns: number, gapMs: number, now = 0) {
  let known: LoopCount | null = null;
  let allowed = 0;
  for (let turn = 0; turn < turns; turn++) {
    const counted = countReply(known, now + turn * gapMs);
    known = counted.count;
    if (counted.allowed) allowed += 1;
  }
  return { known, allowed, lastAt: now + (turns - 1) * gapMs };
}

describe('two machines that answer each other', () => {
  it('get 15 replies and no more', () => {
    expect(play(MOST_TURNS, 1_000)).toMatchObject({ allowed: 15 });
    expect(play(100, LOOP_GAP_MS - 1)).toMatchObject({ allowed: 15 });
  });

  it('are left alone when they take their time', () => {
    expect(play(100, LOOP_GAP_MS)).toMatchObject({ allowed: 100 });
  });

  it('may talk again after 30 s of silence', () => {
    const { known, lastAt } = play(20, 1_000);
    expect(countReply(known, lastAt + LOOP_GAP_MS - 1).allowed).toBe(false);
    expect(countReply(known, lastAt + LOOP_GAP_MS)).toMatchObject({ allowed: true, count: { replies: 1 } });
  });

  it('are known as a loop from the first dropped reply until the silence', () => {
    expect(isLooping(null, 0)).toBe(false);
    const before = play(15, 1_000);
    expect(isLooping(before.known, before.lastAt)).toBe(false);
    const after = play(16, 1_000);
    expect(isLooping(after.known, after.lastAt)).toBe(true);
    expect(isLooping(after.known, after.lastAt + LOOP_GAP_MS)).toBe(false);
  });

  it('do not escape by a clock that steps back', () => {
    const { known } = play(15, 0, 60_000);
    expect(countReply(known, 0)).toMatchObject({ allowed: false, count: { lastAt: 60_000 } });
  });

  it('are the same pair both ways', () => {
    expect(loopKey('+12025550101', '+12025550100')).toBe(loopKey('+12025550100', '+12025550101'));
    expect(loopKey('+12025550101', '+12025550100')).not.toBe(loopKey('+12025550101', '+12025550102'));
  });
});
