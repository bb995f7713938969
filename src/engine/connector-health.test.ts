import { describe, expect, it } from 'vitest';
import type { Connector } from '../connectors/connector.ts';
import { HandWoundClock } from '../domain/clock.ts';
import { ConnectorHealth } from './connector-health.ts';

function rig(isBound: boolean | undefined) {
  const clock = new HandWoundClock(0);
  const state = { isBound, runs: true };
  const connector = {
    get isBound() {
      return state.isBound;
    },
  } as Connector;
  const health = new ConnectorHealth({
    connectors: new Map([['acme', connector]]),
    runs: () => state.runs,
    clock,
    awayAfterMs: () => 30_000,
  });
  const said = () => [health.isResting('acme'), health.isAway('acme')];
  return { clock, state, health, said };
}

describe('a connector with a connection', () => {
  it('rests while it is not bound, is away after its time, and is well as soon as it is bound', () => {
    const { clock, state, said } = rig(true);
    expect(said()).toEqual([false, false]);
    state.isBound = false;
    expect(said()).toEqual([true, false]);
    clock.advance(29_999);
    expect(said()).toEqual([true, false]);
    clock.advance(1);
    expect(said()).toEqual([true, true]);
    state.isBound = true;
    expect(said()).toEqual([false, false]);
    state.isBound = false;
    expect(said()).toEqual([true, false]);
  });

  it('that runs on another node has nothing held against it', () => {
    const { clock, state, said } = rig(false);
    state.runs = false;
    clock.advance(60_000);
    expect(said()).toEqual([false, false]);
  });
});

describe('a connector without one', () => {
  it('rests longer each time nobody could be reached, and is tried in between', () => {
    const { clock, health, said } = rig(undefined);
    const rests: number[] = [];
    for (let nth = 0; nth < 6; nth += 1) {
      health.heard('acme', [{ kind: 'unreachable' }]);
      const from = clock.monotonic();
      while (said()[0]) clock.advance(500);
      rests.push(clock.monotonic() - from);
    }
    expect(rests).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  it('is away after its time, and any answer makes it well', () => {
    const { clock, health, said } = rig(undefined);
    health.heard('acme', [{ kind: 'unreachable' }]);
    clock.advance(30_000);
    expect(said()).toEqual([false, false]);
    health.heard('acme', [{ kind: 'unreachable' }]);
    expect(said()).toEqual([true, true]);
    health.heard('acme', [{ kind: 'unreachable' }, { kind: 'busy' }]);
    expect(said()).toEqual([false, false]);
  });
});
