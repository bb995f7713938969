import { describe, expect, it } from 'vitest';
import type { Acceptance, Heartbeat, SendClaim, Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claimCallbacks, lane, NOW, sent, walkToSent } from './store.fixtures.ts';

const LEASE_MS = 10_000;

const beat = (owner: string, connectors: string[] = [], changes: Partial<Heartbeat> = {}): Heartbeat => ({
  owner,
  leaseMs: LEASE_MS,
  address: `${owner}:7670`,
  roles: ['api', 'dispatch'],
  connectors,
  ...changes,
});

/**
 * The half of the store's contract that is about nodes. `shared`: several processes may be on this store; the others
 * promise to be alone, hold whatever they are asked for and write nothing down about it.
 */
export function storeNodesContract(current: () => Store, { shared }: { shared: boolean }): void {
  const claim = (owner: string, now: number, changes: Partial<SendClaim> = {}) =>
    current().claimSends({ owner, limit: 100, leaseMs: 30_000, lookAheadMs: 0, ...changes }, now);
  const sids = (batch: Acceptance[]) => batch.map(({ message }) => message.sid);
  const on = (connector: string, made: Acceptance): Acceptance => ({ ...made, connector });
  const held = async (owner: string, connectors: string[], now: number) =>
    (await current().heartbeat(beat(owner, connectors), now)).held.sort();

  describe('a heartbeat', () => {
    it('answers who is there and what the node holds', async () => {
      expect(await current().heartbeat(beat('one', ['smpp']), NOW)).toEqual({
        alone: !shared,
        held: ['smpp'],
        nodes: [
          {
            owner: 'one',
            address: 'one:7670',
            roles: ['api', 'dispatch'],
            connectors: ['smpp'],
            aliveUntil: NOW + LEASE_MS,
          },
        ],
      });
    });

    it('gives a node without connectors none', async () => {
      const { held, nodes } = await current().heartbeat(beat('one', [], { roles: ['api'] }), NOW);
      expect([held, nodes.map(({ roles, connectors }) => [roles, connectors])]).toEqual([[], [[['api'], []]]]);
    });

    it('can be repeated, and moves the end of the lease', async () => {
      await current().heartbeat(beat('one', ['smpp']), NOW);
      const again = await current().heartbeat(beat('one', ['smpp']), NOW + 2_000);
      expect(again.nodes.map(({ aliveUntil }) => aliveUntil)).toEqual([NOW + 2_000 + LEASE_MS]);
      expect(again.held).toEqual(['smpp']);
    });

    it('writes nothing down where a store has one process', async (context) => {
      if (shared) return context.skip();
      await current().heartbeat(beat('one', ['smpp']), NOW);
      const { held, nodes } = await current().heartbeat(beat('two', ['smpp']), NOW);
      expect([held, nodes.map(({ owner }) => owner)]).toEqual([['smpp'], ['two']]);
    });
  });

  describe.skipIf(!shared)('connectors of several nodes', () => {
    it('are held by one node at a time', async () => {
      expect(await held('one', ['smpp'], NOW)).toEqual(['smpp']);
      expect(await held('two', ['smpp', 'http'], NOW + 1)).toEqual(['http']);
      expect(await held('one', ['smpp', 'http'], NOW + 2)).toEqual(['smpp']);
      const { nodes } = await current().heartbeat(beat('three'), NOW + 3);
      expect(nodes.map(({ owner, connectors }) => [owner, connectors]).sort()).toEqual([
        ['one', ['smpp']],
        ['three', []],
        ['two', ['http']],
      ]);
    });

    it('stay with their holder as long as it beats', async () => {
      for (let at = NOW; at < NOW + 5 * LEASE_MS; at += 2_000) {
        expect(await held('one', ['smpp'], at)).toEqual(['smpp']);
        expect(await held('two', ['smpp'], at + 1)).toEqual([]);
      }
    });

    it('go to another node when the lease of their holder is over, not before, and do not go back', async () => {
      await held('one', ['smpp'], NOW);
      expect(await held('two', ['smpp'], NOW + LEASE_MS - 1)).toEqual([]);
      expect(await held('two', ['smpp'], NOW + LEASE_MS)).toEqual(['smpp']);
      expect(await held('one', ['smpp'], NOW + LEASE_MS + 1)).toEqual([]);
    });

    it('leave a node whose lease is over off the list of those alive', async () => {
      await current().heartbeat(beat('one', ['smpp']), NOW);
      const { nodes } = await current().heartbeat(beat('two'), NOW + LEASE_MS);
      expect(nodes.map(({ owner }) => owner)).toEqual(['two']);
    });
  });

  describe('leaving', () => {
    it('frees what the node held and had claimed, at once and in its old order', async () => {
      const batch = [0, 1, 2].map((ms) => acceptance({ createdAt: NOW + ms }));
      for (const one of batch) await current().accept([one], one.message.createdAt);
      await current().heartbeat(beat('one', ['smpp']), NOW + 10);
      await claim('one', NOW + 10, { limit: 2 });
      await current().leave('one', NOW + 20);
      expect(await held('two', ['smpp'], NOW + 20)).toEqual(['smpp']);
      const works = await claim('two', NOW + 20);
      expect(works.map(({ message }) => message.sid)).toEqual(sids(batch));
      expect(works.map(({ attempt }) => attempt)).toEqual([2, 2, 1]);
    });

    it('gives back callbacks too, and leaves alone what others had claimed', async () => {
      await walkToSent(current(), 'x');
      await current().claimCallbacks({ owner: 'one', limit: 10, leaseMs: 30_000 }, NOW + 1);
      await current().accept([acceptance({ createdAt: NOW + 2 })], NOW + 2);
      await claim('two', NOW + 2);
      await current().leave('one', NOW + 3);
      expect(await claim('three', NOW + 3)).toEqual([]);
      expect((await claimCallbacks(current(), NOW + 3)).map(({ attempt }) => attempt)).toEqual([2]);
    });

    it('of a node that never was changes nothing', async () => {
      await current().leave('nobody', NOW);
      expect(await current().takeOver('one', NOW)).toBe(0);
    });

    it('leaves outcomes still to be recorded valid, as long as nobody has claimed anew', async () => {
      const made = acceptance();
      await current().accept([made], NOW);
      const [work] = await claim('one', NOW);
      await current().leave('one', NOW + 1);
      if (!work) throw new Error('Nothing was claimed');
      expect(await current().settleSends([sent(work)], NOW + 2)).toEqual([true]);
      expect((await current().message(ACCOUNT, made.message.sid))?.status).toBe('sent');
      expect(await claim('two', NOW + 3)).toEqual([]);
    });
  });

  describe('taking over', () => {
    it('puts the sends of the dead in front of what waits, in their old order', async () => {
      const batch = Array.from({ length: 6 }, (_, index) => acceptance({ createdAt: NOW + index }));
      for (const one of batch) await current().accept([one], one.message.createdAt);
      await claim('dead', NOW + 10, { limit: 4 });
      const before = await claim('alive', NOW + 10, { limit: 1 });
      expect(before.map(({ message }) => message.sid)).toEqual(sids(batch.slice(4, 5)));
      expect(await current().takeOver('alive', NOW + 20)).toBe(4);
      const works = await claim('alive', NOW + 20);
      expect(works.map(({ message }) => message.sid)).toEqual([...sids(batch.slice(0, 4)), ...sids(batch.slice(5))]);
    });

    it('keeps the order of a lane, and its pace', async () => {
      const batch = Array.from({ length: 6 }, (_, index) => acceptance({ createdAt: NOW + index }, lane()));
      for (const one of batch) await current().accept([one], one.message.createdAt);
      const claimed = await claim('dead', NOW + 10, { lookAheadMs: 200 });
      expect(claimed.map(({ message }) => message.sid)).toEqual(sids(batch.slice(0, 3)));
      expect(await current().takeOver('alive', NOW + 5_000)).toBe(3);
      expect(await current().nextDueAt('send')).toBeLessThanOrEqual(NOW + 5_000);
      const works = await claim('alive', NOW + 5_000, { lookAheadMs: 10_000 });
      expect(works.map(({ message }) => message.sid)).toEqual(sids(batch));
      expect(works.map(({ startAt }) => startAt - NOW - 5_000)).toEqual([0, 100, 200, 300, 400, 500]);
    });

    it('makes callbacks of the dead due at once, and those behind them wait their turn', async () => {
      await walkToSent(current(), 'x');
      await current().receive([{ connector: 'sim', carrierId: 'x0', state: 'delivered' }], NOW + 1);
      await current().claimCallbacks({ owner: 'dead', limit: 10, leaseMs: 30_000 }, NOW + 1);
      expect(await current().takeOver('alive', NOW + 2)).toBe(1);
      expect(await current().nextDueAt('callback')).toBe(NOW + 2);
      const works = await claimCallbacks(current(), NOW + 2);
      expect(works.map(({ attempt, payload }) => [attempt, payload.status])).toEqual([[2, 'sent']]);
    });

    it('takes nothing from who is alive, and everything once the lease is over', async () => {
      await current().heartbeat(beat('two'), NOW);
      await current().accept([acceptance()], NOW);
      await claim('two', NOW);
      expect(await current().takeOver('one', NOW + LEASE_MS - 1)).toBe(shared ? 0 : 1);
      expect(await current().takeOver('one', NOW + LEASE_MS)).toBe(shared ? 1 : 0);
      expect((await claim('one', NOW + LEASE_MS)).map(({ attempt }) => attempt)).toEqual([2]);
    });

    it('never takes from oneself, whatever the hour', async () => {
      await current().heartbeat(beat('one'), NOW);
      await current().accept([acceptance()], NOW);
      await claim('one', NOW);
      expect(await current().takeOver('one', NOW + 5 * LEASE_MS)).toBe(0);
    });
  });

  describe('connectors of others', () => {
    it('are left out of a claim and of the next due time, paced or not', async () => {
      const batch = [
        on('smpp', acceptance()),
        on('smpp', acceptance({}, lane({ key: 'smpp a' }))),
        on('sim', acceptance({ createdAt: NOW + 5 })),
        on('sim', acceptance({ createdAt: NOW + 5 }, lane({ key: 'sim a' }))),
      ];
      for (const one of batch) await current().accept([one], one.message.createdAt);
      expect(await current().nextDueAt('send')).toBe(NOW);
      expect(await current().nextDueAt('send', ['smpp'])).toBe(NOW + 5);
      expect(await current().nextDueAt('send', ['smpp', 'sim'])).toBeNull();
      const works = await claim('one', NOW + 10, { except: ['smpp'] });
      expect(works.map(({ message }) => message.sid).sort()).toEqual(sids(batch.slice(2)).sort());
      expect(await claim('one', NOW + 10, { except: ['smpp', 'other'] })).toEqual([]);
      const others = await claim('two', NOW + 10, { except: ['sim'] });
      expect(others.map(({ message }) => message.sid).sort()).toEqual(sids(batch.slice(0, 2)).sort());
    });

    it('do not use up the limit of a claim', async () => {
      const foreign = Array.from({ length: 5 }, () => on('smpp', acceptance()));
      const foreignPaced = Array.from({ length: 5 }, (_, index) =>
        on('smpp', acceptance({}, lane({ key: `smpp ${index}` }))),
      );
      const own = [
        on('sim', acceptance({ createdAt: NOW + 1 })),
        on('sim', acceptance({ createdAt: NOW + 1 }, lane())),
      ];
      await current().accept([...foreign, ...foreignPaced], NOW);
      await current().accept(own, NOW + 1);
      const works = await claim('one', NOW + 2, { except: ['smpp'], limit: 2 });
      expect(works.map(({ message }) => message.sid).sort()).toEqual(sids(own).sort());
    });

    it('leave what the rest have in the order of its age', async () => {
      const made = ['b', 'smpp', 'a', 'b', 'a', 'c'].map((connector, index) =>
        on(connector, acceptance({ createdAt: NOW + index })),
      );
      for (const one of made) await current().accept([one], one.message.createdAt);
      expect(await current().nextDueAt('send', ['b', 'smpp'])).toBe(NOW + 2);
      const works = await claim('one', NOW + 9, { except: ['smpp'], limit: 3 });
      const [first, , third, fourth] = sids(made);
      expect(works.map(({ message }) => message.sid)).toEqual([first, third, fourth]);
      expect(await current().nextDueAt('send', ['smpp'])).toBe(NOW + 4);
    });

    it('do not keep callbacks from anybody', async () => {
      await walkToSent(current(), 'x');
      expect(await current().nextDueAt('callback', ['sim'])).toBe(NOW);
    });
  });

  describe('lanes that run late', () => {
    it('begin their next slots when they are told to be free, and others as they would', async () => {
      const late = Array.from({ length: 3 }, () => acceptance({}, lane()));
      const other = Array.from({ length: 2 }, () => acceptance({}, lane({ key: 'sim other' })));
      await current().accept([...late, ...other], NOW);
      expect((await claim('one', NOW)).length).toBe(2);
      const works = await claim('one', NOW + 100, {
        lookAheadMs: 1_000,
        lateLanes: [{ key: lane().key, freeAt: NOW + 137 }],
      });
      const starts = (key: string) =>
        works.filter((work) => work.lane?.key === key).map(({ startAt }) => startAt - NOW);
      expect(starts(lane().key)).toEqual([137, 237]);
      expect(starts('sim other')).toEqual([100]);
    });

    it('are not made free earlier than they are', async () => {
      await current().accept([acceptance({}, lane()), acceptance({}, lane())], NOW);
      await claim('one', NOW);
      const works = await claim('one', NOW + 90, {
        lookAheadMs: 1_000,
        lateLanes: [{ key: lane().key, freeAt: NOW + 50 }],
      });
      expect(works.map(({ startAt }) => startAt - NOW)).toEqual([100]);
    });

    it('that are not known, or have no work, are no harm', async () => {
      await current().accept([acceptance({}, lane())], NOW);
      await claim('one', NOW);
      const lateLanes = [
        { key: 'nobody', freeAt: NOW + 500 },
        { key: lane().key, freeAt: NOW + 500 },
      ];
      expect(await claim('one', NOW + 100, { lateLanes })).toEqual([]);
      await current().accept([acceptance({ createdAt: NOW + 1_000 }, lane())], NOW + 1_000);
      expect((await claim('one', NOW + 1_000)).map(({ startAt }) => startAt)).toEqual([NOW + 1_000]);
    });
  });

  it('the clock is as far from the store’s as it says, and nobody is told anything who watches alone', async () => {
    const offset = await current().clockOffset();
    expect(Number.isFinite(offset)).toBe(true);
    if (!shared) expect(offset).toBe(0);
    const heard: string[] = [];
    const stop = current().watch((kind) => heard.push(kind));
    await current().accept([acceptance()], NOW);
    stop();
    expect(heard).toEqual([]);
  });
}
