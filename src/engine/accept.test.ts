import { describe, expect, it } from 'vitest';
import { parseTo } from '../domain/address.ts';
import { HandWoundClock } from '../domain/clock.ts';
import { cryptoRandom, SidMaker } from '../domain/sid.ts';
import type { Account } from '../store/directory.ts';
import type { Acceptance, Scheduled } from '../store/store.ts';
import { type AcceptParts, makeAccept } from './accept.ts';
import type { Draft } from './draft.ts';

const account = { sid: 'AC1', ownerSid: 'AC1', status: 'active', defaultServiceSid: 'MG1' } as Account;

describe('the limit of scheduled messages', () => {
  const clock = new HandWoundClock();
  const to = parseTo('+13125550199');
  if (!to) throw new Error('That is no recipient');
  const draft: Draft = {
    to,
    from: null,
    serviceSid: 'MG1',
    sendAt: clock.now() + 3_600_000,
    body: 'Hello',
    callbackUrl: null,
    validitySeconds: null,
    smartEncoded: null,
    provideFeedback: false,
    tags: {},
    options: {},
    maxPriceMicros: null,
  };

  /** A door on a store in which all accounts have scheduled `total` messages, this one `own` of them. */
  function open(total: number, own: number) {
    const accepted: Acceptance[] = [];
    const rung: number[] = [];
    const store = {
      stats: async () => ({ messagesByStatus: { scheduled: total } }),
      scheduled: async ({ offset }: { offset: number }) => (offset < own ? [{} as Scheduled] : []),
      document: async () => null,
      accept: async (batch: Acceptance[]) => {
        accepted.push(...batch);
        return batch.map(({ releaseAt }) => ({ ok: true, dueAt: releaseAt ?? 0 }));
      },
    };
    const accept = makeAccept({
      store: store as unknown as AcceptParts['store'],
      clock,
      sids: new SidMaker(clock),
      route: () => ({ connector: 'sim' }),
      laneOf: () => null,
      foresee: () => Promise.reject(new Error('not asked')),
      settings: {
        anyAlphanumeric: false,
        lenient: false,
        allowedCountries: null,
        enforceMaxPrice: false,
        mostScheduled: 3,
        mmsCountries: ['US'],
      },
      observe: () => undefined,
      ring: () => undefined,
      ringReleases: (dueAt) => rung.push(dueAt),
      ringFetches: () => undefined,
      mediaLink: () => '',
    });
    return { accept, accepted, rung };
  }

  it('refuses with 35125 what would be too many of one account', async () => {
    await expect(open(3, 3).accept(account, draft)).rejects.toMatchObject({ code: 35125 });
  });

  it('does not count those of other accounts', async () => {
    const { accept, accepted, rung } = open(9, 2);
    expect(await accept(account, draft)).toMatchObject({
      message: { status: 'scheduled', from: null, numSegments: 0 },
    });
    expect(accepted).toMatchObject([{ lane: null, releaseAt: draft.sendAt }]);
    expect(rung).toEqual([draft.sendAt]);
  });

  it('is not for messages that leave at once', async () => {
    const { accept } = open(3, 3);
    expect(await accept(account, { ...draft, sendAt: null })).toMatchObject({ message: { status: 'accepted' } });
  });
});

describe('links whose codes are all in use', () => {
  const clock = new HandWoundClock();
  const to = parseTo('+13125550199');
  if (!to) throw new Error('That is no recipient');
  const body = 'See https://a.example/b';
  const draft = { to, from: null, serviceSid: 'MG1', sendAt: null, body, shortenUrls: true, tags: {}, options: {} };

  function open(continueOnFailure: boolean) {
    const tried: (string | undefined)[] = [];
    const store = {
      document: async () => null,
      accept: async ([one]: Acceptance[]) => {
        tried.push(one?.message.body);
        return [one?.links ? { ok: false, reason: 'link-taken' } : { ok: true, dueAt: 0 }];
      },
    };
    const domain = { sid: 'DN1', base: 'https://l.example/', services: null, hideScheme: false, ttlMs: 1 };
    const accept = makeAccept({
      store,
      clock,
      sids: new SidMaker(clock),
      shorten: { domains: () => [{ ...domain, continueOnFailure }], random: cryptoRandom },
      settings: {},
      observe: () => undefined,
      ringReleases: () => undefined,
      mediaLink: () => '',
    } as unknown as AcceptParts);
    return { tried, accept };
  }

  it('stay long where their domain lets them', async () => {
    const { tried, accept } = open(true);
    expect(await accept(account, draft as unknown as Draft)).toMatchObject({ message: { body } });
    expect(tried).toHaveLength(6);
    expect(new Set(tried).size).toBe(6);
    expect(tried[5]).toBe(body);
  });

  it('refuse their message where it does not', async () => {
    const { tried, accept } = open(false);
    await expect(accept(account, draft as unknown as Draft)).rejects.toMatchObject({ code: 30103, status: 503 });
    expect(tried).not.toContain(body);
  });
});
