import { describe, expect, it } from 'vitest';
import { type Route, type RouteAsk, rankRoutes } from './routes.ts';

const route = (connector: string, more: Partial<Route> = {}): Route => ({
  connector,
  to: [],
  from: [],
  channels: [],
  accounts: [],
  priority: 10,
  weight: 1,
  ...more,
});
const ASK: RouteAsk = { to: '+447700900123', from: '+12025550100', channel: 'sms', accountSid: 'AC1' };
const ranked = (routes: Route[], ask: Partial<RouteAsk> = {}) =>
  rankRoutes(routes, { ...ASK, ...ask }, () => null).ways.map(({ connector }) => connector);

describe('ranking routes', () => {
  it('the longest prefix comes first, then the lowest priority', () => {
    const routes = [
      route('any', { priority: 0 }),
      route('uk-2', { to: ['+44'], priority: 2 }),
      route('uk-1', { to: ['+1', '+44'], priority: 1 }),
      route('uk-mobile', { to: ['+447'], priority: 99 }),
      route('fr', { to: ['+33'] }),
    ];
    expect(ranked(routes)).toEqual(['uk-mobile', 'uk-1', 'uk-2', 'any']);
  });

  it('a connector is named once, by its best route', () => {
    expect(ranked([route('a'), route('b'), route('a', { to: ['+44'] })])).toEqual(['a', 'b']);
  });

  it('senders, channels, accounts and what the carrier can do leave routes out, and it says why', () => {
    const routes = [
      route('sender', { from: ['Shop'] }),
      route('channel', { channels: ['whatsapp', 'mms'] }),
      route('account', { accounts: ['AC2'] }),
      route('prefix', { to: ['+33', '+1'] }),
      route('carrier'),
      route('fits', { from: [ASK.from], channels: ['sms'], accounts: ['AC1'] }),
    ];
    const { ways, passedOver } = rankRoutes(routes, ASK, (name) => (name === 'carrier' ? ['whatsapp'] : null));
    expect(ways).toEqual([
      { connector: 'fits', why: 'the route for any recipient, this sender, SMS, this account; priority 10' },
    ]);
    expect(passedOver.map(({ connector, why }) => `${connector}: ${why}`)).toEqual([
      'sender: for other senders',
      'channel: for whatsapp, MMS alone',
      'account: for other accounts',
      'prefix: for +33, +1 alone',
      'carrier: its carrier has no SMS',
    ]);
  });

  it('the number of a channel address is what prefixes are held against', () => {
    const routes = [route('uk', { to: ['+44'] }), route('any')];
    expect(ranked(routes, { to: 'whatsapp:+447700900123', channel: 'whatsapp' })).toEqual(['uk', 'any']);
    expect(ranked(routes, { to: 'messenger:1234', channel: 'messenger' })).toEqual(['any']);
  });

  it('weights are shares of the recipients, to within two in a hundred of ten thousand', () => {
    const routes = [route('a', { weight: 1 }), route('b', { weight: 3 }), route('c', { weight: 0 })];
    const count: Record<string, number> = {};
    for (let nth = 0; nth < 10_000; nth += 1) {
      const [first = '', , last = ''] = ranked(routes, { to: `+4477009${String(nth).padStart(5, '0')}` });
      count[first] = (count[first] ?? 0) + 1;
      expect(last).toBe('c');
    }
    expect(count.a).toBeGreaterThan(2_300);
    expect(count.a).toBeLessThan(2_700);
    expect((count.a ?? 0) + (count.b ?? 0)).toBe(10_000);
  });

  it('a route that comes takes its share from the others, and moves nobody between them', () => {
    const [a, b, c] = [route('a'), route('b'), route('c')];
    for (let nth = 0; nth < 1_000; nth += 1) {
      const to = `+44770090${String(nth).padStart(4, '0')}`;
      const [before] = ranked([a, b], { to });
      const [after] = ranked([b, c, a], { to });
      expect([before, 'c']).toContain(after);
    }
  });
});
