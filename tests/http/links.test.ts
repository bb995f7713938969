/** Visits of short links and look-ups of names where the store or the network fails; the rest is in the walks. */
import { describe, expect, it } from 'vitest';
import type { LinkDomain } from '../../src/domain/link-domain.ts';
import type { HttpContext } from '../../src/http/context.ts';
import type { Link, LinkVisit } from '../../src/store/media.ts';
import { type Store, StoreUnavailable } from '../../src/store/store.ts';
import { anAccount, openDoor, SID } from './door.ts';

const DN = `DN${'1'.repeat(32)}`;
const CODE = 'Abcdefgh12';
const TARGET = 'https://shop.example/a';

function open(changes: { fails?: Error; target?: string; resolve?: () => Promise<string[]> } = {}) {
  const { fails, target = TARGET, resolve = async () => ['192.0.2.1', '2001:db8::1'] } = changes;
  const visits: LinkVisit[] = [];
  let rings = 0;
  const domain: LinkDomain = {
    sid: DN,
    base: 'https://l.example.com/',
    services: null,
    fallbackUrl: null,
    callbackUrl: 'https://app.example/clicks',
    continueOnFailure: false,
    hideScheme: false,
    ttlMs: 1_000,
  };
  const link: Link = {
    code: CODE,
    accountSid: SID,
    messageSid: `SM${'1'.repeat(32)}`,
    domainSid: DN,
    target,
    clicks: 0,
    previews: 0,
    createdAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
  };
  const store: Partial<Store> = {
    account: async () => anAccount(SID, SID),
    document: async () => null,
    documents: async () => [],
    message: async () => null,
    link: async (code) => (code === CODE ? link : null),
    visitLink: async (visit) => {
      if (fails) throw fails;
      visits.push(visit);
      return link;
    },
  };
  const door = openDoor({}, {
    store: store as Store,
    links: { domains: () => [domain], ownerSid: SID, resolve },
    ringCallbacks: () => {
      rings += 1;
    },
  } satisfies Partial<HttpContext>);
  return { ...door, visits, rings: () => rings };
}

describe('a visit', () => {
  it('is counted, told and answered without anything that could be kept', async () => {
    const { call, visits, rings } = open();
    const agent = 'x'.repeat(2_000);
    const { status, headers, text } = await call('GET', `/l/${CODE}`, { headers: { 'user-agent': agent } });
    expect([status, headers.location, text]).toEqual([302, TARGET, '']);
    expect([headers['cache-control'], headers['x-robots-tag']]).toEqual(['no-store', 'noindex']);
    expect(visits).toMatchObject([{ code: CODE, callback: { url: 'https://app.example/clicks' } }]);
    expect(JSON.parse(visits[0]?.callback?.json ?? '').user_agent).toBe('x'.repeat(512));
    expect(rings()).toBe(1);
  });

  it('goes on although it cannot be counted, which the operator is told', async () => {
    const { call, events, rings } = open({ fails: new StoreUnavailable('disk full') });
    const { status, headers } = await call('GET', `/l/${CODE}`);
    expect([status, headers.location]).toEqual([302, TARGET]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'fault', where: 'links: visit' }));
    expect(rings()).toBe(0);
  });

  it('needs no credentials, and is for GET and HEAD alone', async () => {
    const { call, visits } = open();
    const asked = await Promise.all(
      ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'].map(async (method) => {
        const { status } = await call(method, `/${CODE}`, { headers: { host: 'l.example.com', authorization: '' } });
        return [method, status];
      }),
    );
    expect(asked).toEqual([
      ['GET', 302],
      ['HEAD', 302],
      ['POST', 404],
      ['PUT', 404],
      ['DELETE', 404],
    ]);
    expect(visits).toHaveLength(1);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', 'ftp://a.example', ''])(
    'of a link to %j leads nowhere',
    async (target) => {
      const { call, visits, events } = open({ target });
      const { status, headers } = await call('GET', `/l/${CODE}`);
      expect([status, headers.location, visits]).toEqual([404, undefined, []]);
      expect(events.at(-1)).toMatchObject({ type: 'request', status: 404, errorCode: 30105 });
    },
  );

  it('under the name of a link domain does not hide what else is there', async () => {
    const { call } = open();
    const at = async (path: string, host: string) => (await call('GET', path, { headers: { host } })).status;
    expect(await at('/healthz', 'l.example.com')).toBe(200);
    expect(await at(`/${CODE}`, 'localhost')).toBe(404);
    expect((await call('GET', `/${CODE}`)).json.code).toBe(20404);
  });
});

describe('a look-up of the name of a domain', () => {
  const ask = (changes: Parameters<typeof open>[0]) =>
    open(changes).call('GET', `/v1/LinkShortening/Domains/${DN}/ValidateDns`);

  it('says where it leads, and claims no more', async () => {
    const { json } = await ask({});
    expect(json.is_valid).toBe(true);
    expect(json.reason).toBe(
      'l.example.com leads to 192.0.2.1, 2001:db8::1. Whether that is this server was not checked.',
    );
  });

  it('says why it leads nowhere', async () => {
    const { json } = await ask({
      resolve: () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })),
    });
    expect(json.is_valid).toBe(false);
    expect(json.reason).toBe('30134: l.example.com leads nowhere (ENOTFOUND). Make a DNS record for it.');
  });
});
