import { expect, it } from 'vitest';
import { FairHosts } from './fair-hosts.ts';

function bench(more: { maxParked?: number } = {}) {
  const running: string[] = [];
  const parked: string[] = [];
  const stale = new Set<string>();
  const hosts = new FairHosts<string>({
    perHost: 1,
    maxWaiting: 1,
    park: (job) => void parked.push(job),
    ...more,
    launch(job) {
      if (stale.has(job)) return false;
      running.push(job);
      return true;
    },
  });
  return { running, parked, stale, hosts };
}

it('runs so many of one host, lets some wait and turns the rest away; another host is not held up', () => {
  const { running, parked, hosts } = bench();
  expect(['a1', 'a2', 'a3'].map((job) => hosts.enter('a', job))).toEqual([true, true, false]);
  expect(hosts.enter('b', 'b1')).toBe(true);
  expect(running).toEqual(['a1', 'b1']);
  hosts.leave('a');
  expect(running).toEqual(['a1', 'b1', 'a2']);
  expect(parked).toEqual([]);
});

it('parks behind a full line, launches in order, and has room again for as many as have moved up', () => {
  const { running, parked, hosts } = bench({ maxParked: 2 });
  const entered = ['a1', 'a2', 'a3', 'a4', 'a5'].map((job) => hosts.enter('a', job));
  expect(entered).toEqual([true, true, true, true, false]);
  expect(parked).toEqual(['a3', 'a4']);
  hosts.leave('a');
  expect(hosts.enter('a', 'a6')).toBe(true);
  expect(hosts.enter('a', 'a7')).toBe(false);
  for (let count = 0; count < 4; count += 1) hosts.leave('a');
  expect(running).toEqual(['a1', 'a2', 'a3', 'a4', 'a6']);
  expect(['c1', 'c2', 'c3', 'c4', 'c5'].map((job) => hosts.enter('c', job))).toEqual([true, true, true, true, false]);
});

it('shares the room for parked ones among hosts', () => {
  const { hosts } = bench({ maxParked: 1 });
  for (const job of ['a1', 'a2', 'a3']) expect(hosts.enter('a', job)).toBe(true);
  expect(['b1', 'b2', 'b3'].map((job) => hosts.enter('b', job))).toEqual([true, true, false]);
});

it('passes over those that are not started after all', () => {
  const { running, stale, hosts } = bench({ maxParked: 5 });
  for (const job of ['a1', 'a2', 'a3', 'a4']) hosts.enter('a', job);
  stale.add('a2').add('a3');
  hosts.leave('a');
  expect(running).toEqual(['a1', 'a4']);
  hosts.leave('a');
  expect(hosts.enter('a', 'a5')).toBe(true);
  expect(running).toEqual(['a1', 'a4', 'a5']);
});
