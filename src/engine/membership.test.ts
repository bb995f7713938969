import { describe, expect, it } from 'vitest';
import { FakeNodes, turns } from '../../tests/helpers/fake-nodes.ts';
import { present, membershipRoom as room, SETTINGS } from '../../tests/helpers/membership-room.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { Membership } from '../store/store.ts';

describe('a node', () => {
  it('is sure of itself after its first heartbeat, and not before', async () => {
    const { membership, held, owner, rings } = room();
    expect(membership.term()).toBeNull();
    expect(membership.except()).toEqual(['smpp']);
    await membership.start('127.0.0.1:7670');
    expect(present(membership).owner).toBe(owner(1));
    expect(held).toEqual([['smpp']]);
    expect(membership.holdsConnector('smpp')).toBe(true);
    expect(membership.except()).toEqual([]);
    expect(rings()).toBe(1);
  });

  it('stays so as long as heartbeats succeed', async () => {
    const { membership, wind, store, types } = room();
    await membership.start('');
    const term = present(membership);
    await wind(60_000);
    expect(membership.holds(term)).toBe(true);
    expect(store.beats).toBe(31);
    expect(types()).toEqual(['node.connector']);
  });

  it('that cannot make its first heartbeat does not start', async () => {
    const { membership, store, wound } = room();
    store.isGone = true;
    await expect(membership.start('')).rejects.toThrow('gone');
    expect(wound.untilNext()).toBeNull();
  });

  it('does not start when a connector refuses to', async () => {
    const { membership } = room({ onHeld: () => Promise.reject(new Error('no such host')) });
    await expect(membership.start('')).rejects.toThrow('no such host');
  });

  it('measures its clock before each heartbeat', async () => {
    let measured = 0;
    const measureClock = async () => {
      measured += 1;
    };
    const { membership, wind } = room({ measureClock });
    await membership.start('');
    await wind(4_000);
    expect(measured).toBe(3);
  });

  it('alone on its store judges at once, beats no more and is sure for good', async () => {
    const { membership, store, wound } = room();
    store.alone = true;
    await membership.start('');
    expect(store.judgedBy).toHaveLength(1);
    expect(wound.untilNext()).toBeNull();
    wound.advance(3_600_000);
    wound.stepWall(-7_200_000);
    expect(membership.holds(present(membership))).toBe(true);
    expect(membership.holdsConnector('smpp')).toBe(true);
    await membership.stop();
    expect(store.left).toHaveLength(1);
  });
});

describe('a store that is gone', () => {
  it('for 30 s costs the term: nothing is held meanwhile, and it goes on under a new name', async () => {
    const { membership, store, wind, faults, held, owner, types, rings } = room();
    await membership.start('');
    const term = present(membership);
    store.isGone = true;
    await wind(4_500);
    expect(membership.holds(term)).toBe(true);
    await wind(1_000);
    expect([membership.term(), membership.holds(term), membership.holdsConnector('smpp')]).toEqual([
      null,
      false,
      false,
    ]);
    expect(membership.isOver(term)).toBe(false);
    await wind(5_000);
    expect(membership.isOver(term)).toBe(true);
    await wind(19_500);
    expect(held.at(-1)).toEqual([]);
    expect(faults()).toEqual(['membership: heartbeat']);
    store.isGone = false;
    await wind(1_000);
    expect(present(membership).owner).toBe(owner(2));
    expect(membership.holds(term)).toBe(false);
    expect(held.at(-1)).toEqual(['smpp']);
    expect(types().filter((type) => type === 'node.term')).toHaveLength(1);
    expect(rings()).toBe(2);
  });

  it('for less than a lease costs nothing but the time', async () => {
    const { membership, store, wind, owner, types } = room();
    await membership.start('');
    const term = present(membership);
    store.isGone = true;
    await wind(8_000);
    expect(membership.term()).toBeNull();
    store.isGone = false;
    await wind(1_000);
    expect(membership.holds(term)).toBe(true);
    expect(present(membership).owner).toBe(owner(1));
    expect(types()).not.toContain('node.term');
  });

  it('is asked again each second, and told once each time it goes', async () => {
    const { membership, store, wind, faults } = room();
    let asked = 0;
    const heartbeat = store.heartbeat.bind(store);
    store.heartbeat = (beat, now) => {
      asked += 1;
      return heartbeat(beat, now);
    };
    await membership.start('');
    for (let outage = 1; outage <= 2; outage += 1) {
      await wind(2_000);
      store.isGone = true;
      asked = 0;
      await wind(7_000);
      expect(asked).toBeGreaterThanOrEqual(5);
      expect(asked).toBeLessThanOrEqual(7);
      store.isGone = false;
      await wind(2_000);
      expect(faults()).toHaveLength(outage);
    }
  });

  it('that answers only after the lease is over is not believed', async () => {
    const { membership, store, wound, owner } = room();
    await membership.start('');
    const term = present(membership);
    let answer: () => void = () => undefined;
    const heartbeat = store.heartbeat.bind(store);
    store.heartbeat = async (beat, now): Promise<Membership> => {
      const standing = await heartbeat(beat, now);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return standing;
    };
    wound.advance(2_000);
    await turns();
    wound.advance(11_000);
    store.heartbeat = heartbeat;
    answer();
    await turns();
    expect(membership.holds(term)).toBe(false);
    expect(present(membership).owner).toBe(owner(2));
  });
});

describe('a node that slept', () => {
  it('past its lease holds nothing when it wakes, and begins a new term', async () => {
    const { membership, clock, wound, held, owner, types } = room();
    await membership.start('');
    const term = present(membership);
    clock.stop();
    wound.advance(20_000);
    // What runs first after the sleep, before any heartbeat.
    expect([membership.holds(term), membership.isOver(term), membership.holdsConnector('smpp')]).toEqual([
      false,
      true,
      false,
    ]);
    clock.goOn();
    await turns();
    expect(present(membership).owner).toBe(owner(2));
    expect(types()).toContain('node.term');
    // The connector was given up first: meanwhile somebody else may have run it.
    expect(held).toEqual([['smpp'], [], ['smpp']]);
  });

  it('with its whole machine, whose monotonic clock stood still, notices by the wall clock', async () => {
    const { membership, wound, wind, owner } = room();
    await membership.start('');
    const term = present(membership);
    wound.stepWall(3_600_000);
    expect(membership.holds(term)).toBe(false);
    await wind(2_000);
    expect(present(membership).owner).toBe(owner(2));
  });

  it('and found its wall clock set meanwhile keeps its term when the measured offset makes up for it', async () => {
    const wound = new HandWoundClock();
    let offset = 0;
    const shifted = {
      now: () => wound.now() + offset,
      monotonic: () => wound.monotonic(),
      after: wound.after.bind(wound),
    };
    const { membership, wind } = room(
      {
        clock: shifted,
        measureClock: async () => {
          offset = -3_600_000;
        },
      },
      new FakeNodes(),
      wound,
    );
    offset = -3_600_000;
    await membership.start('');
    const term = present(membership);
    offset = 0;
    expect(membership.holds(term)).toBe(false);
    await wind(2_000);
    expect(membership.holds(term)).toBe(true);
  });
});

describe('judging others', () => {
  it('begins after a whole lease without a gap, then goes on with every heartbeat', async () => {
    const { membership, store, wind, owner } = room();
    await membership.start('');
    await wind(9_500);
    expect(store.judgedBy).toEqual([]);
    await wind(4_500);
    expect(store.judgedBy).toEqual([owner(1), owner(1), owner(1)]);
  });

  it('begins anew after an outage, however short the term', async () => {
    const { membership, store, wind } = room();
    await membership.start('');
    await wind(20_000);
    store.isGone = true;
    await wind(7_000);
    store.isGone = false;
    const before = store.judgedBy.length;
    await wind(9_500);
    expect(store.judgedBy).toHaveLength(before);
    await wind(4_000);
    expect(store.judgedBy.length).toBeGreaterThan(before);
  });

  it('rings when there was something to take over', async () => {
    const { membership, store, wind, rings, events } = room();
    await membership.start('');
    store.rows = 7;
    await wind(12_000);
    expect(rings()).toBe(2);
    expect(events.at(-1)).toMatchObject({ type: 'node.took_over', rows: 7 });
  });
});

describe('two nodes on one store', () => {
  async function pair() {
    const store = new FakeNodes();
    const wound = new HandWoundClock();
    const one = room({}, store, wound);
    const two = room({}, store, wound);
    await one.membership.start('one');
    await two.membership.start('two');
    return { store, wound, one, two };
  }

  it('share a connector as one holds it and the other leaves its sends alone', async () => {
    const { one, two } = await pair();
    expect([one.membership.holdsConnector('smpp'), two.membership.holdsConnector('smpp')]).toEqual([true, false]);
    expect([one.membership.except(), two.membership.except()]).toEqual([[], ['smpp']]);
    expect(two.held).toEqual([[]]);
    await one.wind(2_000);
    expect([one.membership.hasOthers(), two.membership.hasOthers()]).toEqual([true, true]);
  });

  it('leave alone what the other holds and they do not even know', async () => {
    const store = new FakeNodes();
    const one = room({ settings: { ...SETTINGS, connectors: ['http', 'smpp'] } }, store);
    await one.membership.start('');
    const two = room({ settings: { ...SETTINGS, connectors: [] } }, store);
    await two.membership.start('');
    expect(two.membership.except()).toEqual(['http', 'smpp']);
    expect(one.membership.except()).toEqual([]);
  });

  it('hand a connector over at once when its holder stops', async () => {
    const { store, one, two } = await pair();
    await one.membership.stop();
    expect(store.left).toEqual([one.owner(1)]);
    expect(one.membership.term()).toBeNull();
    await two.wind(2_000);
    expect(two.membership.holdsConnector('smpp')).toBe(true);
    expect(two.held.at(-1)).toEqual(['smpp']);
  });

  it('are never both sure of a connector, although one sleeps, and its work is taken over within 15 s', async () => {
    const { store, one, two, wound } = await pair();
    await two.wind(12_000);
    const given: string[] = [];
    store.giveBack = async (owner) => void given.push(owner);
    one.clock.stop();
    let handedOverAt: number | null = null;
    let takenOverAt: number | null = null;
    for (let ms = 0; ms < 20_000; ms += 100) {
      wound.advance(100);
      await turns();
      expect(one.membership.holdsConnector('smpp') && two.membership.holdsConnector('smpp')).toBe(false);
      if (two.membership.holdsConnector('smpp')) handedOverAt ??= ms;
      if (given.includes(one.owner(1))) takenOverAt ??= ms;
    }
    expect(handedOverAt).toBeLessThan(15_000);
    expect(takenOverAt).toBeLessThan(15_000);
    one.clock.goOn();
    await turns();
    expect(present(one.membership).owner).toBe(one.owner(2));
    expect(one.membership.holdsConnector('smpp')).toBe(false);
    expect(one.held.at(-1)).toEqual([]);
  });

  it('do not take each other for dead after an outage of the store', async () => {
    const { store, one, two, wound } = await pair();
    await one.wind(12_000);
    store.isGone = true;
    await one.wind(30_000);
    store.isGone = false;
    const lapsed: string[] = [];
    store.giveBack = async (owner) => void lapsed.push(owner);
    // Only one of them gets through at first.
    two.clock.stop();
    await one.wind(5_000);
    two.clock.goOn();
    await one.wind(30_000);
    const alive = [present(one.membership).owner, present(two.membership).owner];
    expect(lapsed).not.toContain(alive[0]);
    expect(lapsed).not.toContain(alive[1]);
    expect(wound.untilNext()).toBeGreaterThan(0);
  });
});

describe('stopping', () => {
  it('waits for a heartbeat under way, so that none comes after the leave', async () => {
    const { membership, store, wound } = room();
    await membership.start('');
    const order: string[] = [];
    const heartbeat = store.heartbeat.bind(store);
    store.heartbeat = async (beat, now) => {
      await turns();
      order.push('beat');
      return heartbeat(beat, now);
    };
    const leave = store.leave.bind(store);
    store.leave = async (owner, now) => {
      order.push('leave');
      return leave(owner, now);
    };
    wound.advance(2_000);
    await membership.stop();
    expect(order).toEqual(['beat', 'leave']);
    expect(wound.untilNext()).toBeNull();
  });

  it('while the store is gone is told, and ends all the same', async () => {
    const { membership, store, faults, wound } = room();
    await membership.start('');
    store.isGone = true;
    await membership.stop();
    expect(faults()).toEqual(['membership: leave']);
    expect(membership.term()).toBeNull();
    expect(wound.untilNext()).toBeNull();
  });
});
