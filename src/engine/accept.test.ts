import { describe, expect, it } from 'vitest';
import { parseTo } from '../domain/address.ts';
import { HandWoundClock } from '../domain/clock.ts';
import { SidMaker } from '../domain/sid.ts';
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
      route: () => 'sim',
      laneOf: () => null,
      settings: {
        anyAlphanumeric: false,
        lenient: false,
        allowedCountries: null,
        segmentPriceMicros: 0,
        enforceMaxPrice: false,
        mostScheduled: 3,
      },
      observe: () => undefined,
      ring: () => undefined,
      ringReleases: (dueAt) => rung.push(dueAt),
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
