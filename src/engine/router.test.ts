import { describe, expect, it } from 'vitest';
import { parseSender, parseTo } from '../domain/address.ts';
import type { Route } from '../domain/routes.ts';
import type { SendPast, SendWork } from '../store/store.ts';
import { makeRouter } from './router.ts';

const route = (connector: string, priority: number, more: Partial<Route> = {}): Route => ({
  connector,
  to: [],
  from: [],
  channels: [],
  accounts: [],
  priority,
  weight: 1,
  ...more,
});
const CONNECTORS = [
  { name: 'meta', carries: ['whatsapp'] as const },
  { name: 'acme' },
  { name: 'beta' },
  { name: 'gamma' },
];
const OF = { accountSid: 'AC1' };

function rig(routes: Route[]) {
  const away = new Set<string>();
  const router = makeRouter({ connectors: CONNECTORS, routes, isAway: (name) => away.has(name) });
  const ask = (from: string, to = '+447700900123') => {
    const [sender, recipient] = [parseSender(from), parseTo(to)];
    if (!sender || !recipient) throw new Error('No address');
    return router.routeOf(sender, recipient, OF);
  };
  const elsewhere = (connector: string, past?: SendPast) => {
    const message = { from: '+12025550100', to: '+447700900123', accountSid: 'AC1', numMedia: 0, options: {} };
    return router.elsewhere({ connector, message } as unknown as SendWork, past)?.connector ?? null;
  };
  return { away, ask, elsewhere };
}

describe('without routes', () => {
  it('the first connector that carries the channel takes it, and says no more of it', () => {
    const { ask } = rig([]);
    expect(ask('+12025550100')).toEqual({ connector: 'acme' });
    expect(ask('whatsapp:+12025550100', 'whatsapp:+447700900123')).toEqual({ connector: 'meta' });
  });

  it('none steps in for another, but for one that is not configured any more', () => {
    const { away, ask, elsewhere } = rig([]);
    away.add('acme');
    expect(ask('+12025550100')?.connector).toBe('acme');
    expect([elsewhere('acme'), elsewhere('gone')]).toEqual([null, null]);
    away.clear();
    expect(elsewhere('gone')).toBe('acme');
  });
});

describe('with routes', () => {
  it('who is away is passed over while somebody is there', () => {
    const { away, ask } = rig([route('acme', 1), route('beta', 2)]);
    away.add('acme');
    expect(ask('+12025550100')?.connector).toBe('beta');
    away.add('beta');
    expect(ask('+12025550100')?.connector).toBe('acme');
  });

  it('elsewhere is neither its own connector, nor one that refused it or is away', () => {
    const { away, elsewhere } = rig([route('acme', 1), route('beta', 2)]);
    expect([elsewhere('acme'), elsewhere('beta')]).toEqual(['beta', 'acme']);
    expect(elsewhere('acme', { refusedBy: ['beta'] })).toBeNull();
    away.add('beta');
    expect(elsewhere('acme')).toBeNull();
  });

  it('what its own connector refused goes to one that is away, unless another is there or all have refused it', () => {
    const { away, elsewhere } = rig([route('acme', 1), route('beta', 2), route('gamma', 3)]);
    away.add('beta');
    expect(elsewhere('acme', { refusedBy: ['acme'] })).toBe('gamma');
    away.add('gamma');
    expect(elsewhere('acme', { refusedBy: ['acme'] })).toBe('beta');
    expect(elsewhere('beta', { refusedBy: ['acme'] })).toBeNull();
    expect(elsewhere('gamma', { refusedBy: ['acme', 'beta', 'gamma'] })).toBeNull();
  });

  it('one sender after another is judged by itself', () => {
    const { ask } = rig([route('acme', 1, { from: ['Shop'] }), route('beta', 2)]);
    expect([ask('Shop'), ask('+12025550100'), ask('Shop')].map((one) => one?.connector)).toEqual([
      'acme',
      'beta',
      'acme',
    ]);
  });

  it('none that fits is no way', () => {
    expect(rig([route('acme', 1, { to: ['+1'] })]).ask('+12025550100')).toBeNull();
  });
});
