import { describe, expect, it } from 'vitest';
import type { Connector, Outcome } from '../connectors/connector.ts';
import type { Message } from '../domain/message.ts';
import type { SendPast, SendWork } from '../store/store.ts';
import { type AsideParts, setAside } from './aside.ts';
import { type ConcludeSettings, conclude, unsendable, withoutEcho } from './conclude.ts';
import type { InDoubt } from './doubt.ts';
import type { Routed } from './router.ts';

const NOW = 1_000_000;
const HOLD_MS = 30_000;

function work(past?: SendPast, more: Partial<SendWork> = {}): SendWork {
  const message = { sid: 'SM1', accountSid: 'AC1', createdAt: NOW - 5, validUntil: NOW + 100_000, history: [] };
  return {
    workId: 1,
    attempt: 3,
    connector: 'acme',
    startAt: NOW,
    lane: { key: 'acme|AC1|+1', intervalMicros: 1, cost: 1, horizonMs: 1 },
    expired: false,
    optedOut: false,
    isNotice: false,
    ...(past && { past }),
    message: message as Partial<Message> as Message,
    ...more,
  };
}

const settings = (policy: InDoubt = 'resend'): ConcludeSettings => ({
  chargeOf: () => 0,
  mmsCountries: [],
  inDoubtHoldMs: HOLD_MS,
  inDoubtOf: () => policy,
  failoverAfterMs: () => 60_000,
});
const BETA: Routed = { connector: 'beta', note: 'by beta' };
const connector = (more: Partial<Connector> = {}) => ({ honoursIdempotencyKeys: false, ...more }) as Connector;
const judge = (one: SendWork, outcome: Outcome, policy: InDoubt = 'resend', other: Routed | null = BETA) =>
  conclude(one, outcome, connector(), settings(policy), NOW, () => other);

describe('a submission in doubt', () => {
  it('is held and sent once more, however often it was put off before', () => {
    expect(judge(work(), { kind: 'unsure' })).toMatchObject({
      kind: 'again',
      dueAt: NOW + HOLD_MS,
      past: { doubts: 1 },
    });
  });

  it('for the second time fails with 30410', () => {
    expect(judge(work({ doubts: 1 }), { kind: 'unsure' })).toMatchObject({ kind: 'failed', errorCode: 30410 });
  });

  it('fails at once, or is held while it is valid, when the connector is told so', () => {
    expect(judge(work(), { kind: 'unsure' }, 'fail')).toMatchObject({ kind: 'failed', errorCode: 30410 });
    expect(judge(work({ doubts: 4 }), { kind: 'unsure' }, 'hold')).toMatchObject({
      dueAt: NOW + HOLD_MS,
      past: { doubts: 5 },
    });
  });

  it('is never given to another carrier, neither refused nor out of reach', () => {
    const [refused, away] = [
      judge(work({ doubts: 1 }), { kind: 'refused', errorCode: 30024, class: 'route' }),
      judge(work({ doubts: 1, awaySince: 0 }), { kind: 'unreachable' }),
    ];
    expect([refused.kind, away]).toMatchObject(['failed', { kind: 'again', past: { doubts: 1 } }]);
    expect(away).not.toHaveProperty('move');
  });

  it('whose validity is over fails with 30410, not as if it had never been sent', () => {
    const expired = (past?: SendPast) => unsendable(work(past, { expired: true }), true, settings());
    expect([expired(), expired({ doubts: 1 }), expired({ orphaned: true })]).toEqual([30036, 30410, 30410]);
  });

  it('may be repeated for ever where the carrier tells copies apart, but stays with it', () => {
    const honest = connector({ honoursIdempotencyKeys: true });
    const again = conclude(work({ doubts: 7 }), { kind: 'unsure' }, honest, settings(), NOW, () => BETA);
    expect(again).toMatchObject({ kind: 'again', past: { doubts: 8 } });
  });
});

describe('before a send is handed over', () => {
  const aside = (one: SendWork, more: Partial<AsideParts> = {}) =>
    setAside(
      one,
      {
        connector: connector(),
        rule: { policy: 'resend', holdMs: HOLD_MS },
        isAway: () => false,
        elsewhere: () => BETA,
        concluded: (outcome) => judge(one, outcome),
        ...more,
      },
      NOW,
    );

  it('nothing is decided of what was never in doubt', () => {
    expect(aside(work())).toBeNull();
  });

  it('what a dead node had claimed is held once, and then sent', () => {
    const held = aside(work({ orphaned: true }));
    expect(held).toMatchObject({ kind: 'again', dueAt: NOW + HOLD_MS, past: { doubts: 1 } });
    expect(held?.kind === 'again' && held.past).not.toHaveProperty('orphaned');
    expect(aside(work({ doubts: 1 }))).toBeNull();
  });

  it('a carrier that tells copies apart gets it at once', () => {
    expect(aside(work({ orphaned: true }), { connector: connector({ honoursIdempotencyKeys: true }) })).toBeNull();
  });

  it('an answer that came late settles it', () => {
    const recall = () => ({ kind: 'accepted' as const, carrierIds: ['m1'] });
    expect(aside(work({ doubts: 1 }), { connector: connector({ recall }) })).toMatchObject({
      kind: 'sent',
      carrierIds: ['m1'],
    });
  });

  it('what is held waits again and again, at the latest until its validity is over', () => {
    const rule = { policy: 'hold', holdMs: HOLD_MS } as const;
    const long = work({ doubts: 1 });
    long.message.validUntil = NOW + 3_600_000;
    expect(aside(long, { rule })).toMatchObject({ kind: 'again', dueAt: NOW + 600_000 });
    const short = work({ doubts: 1 });
    short.message.validUntil = NOW + 7;
    expect(aside(short, { rule })).toMatchObject({ dueAt: NOW + 8 });
  });

  it('what waits for a connector that is away moves to the lane of another, by its age', () => {
    expect(aside(work({ awaySince: 1 }), { isAway: () => true })).toEqual({
      kind: 'again',
      dueAt: NOW - 5,
      past: {},
      move: { connector: 'beta', lane: { key: 'beta|AC1|+1', intervalMicros: 1, cost: 1, horizonMs: 1 } },
      note: 'acme is away: by beta',
    });
    expect(aside(work(), { isAway: () => true, elsewhere: () => null })).toBeNull();
  });
});

describe('a busy carrier', () => {
  it('is asked again when it says, but never at once', () => {
    const told = (outcome: { retryAfterMs?: number }) => judge(work(), { kind: 'busy', ...outcome });
    expect(told({ retryAfterMs: 250 })).toMatchObject({ kind: 'again', dueAt: NOW + 250 });
    expect(told({})).toMatchObject({ dueAt: NOW + 4_000 });
    expect(told({ retryAfterMs: 0 })).toMatchObject({ dueAt: NOW + 4_000 });
  });
});

describe('a carrier out of reach', () => {
  it('is tried later and later, and left for another after its time', () => {
    const first = judge(work(undefined, { attempt: 1 }), { kind: 'unreachable' });
    expect(first).toMatchObject({ kind: 'again', dueAt: NOW + 1_000, past: { awaySince: NOW } });
    const soon = judge(work({ awaySince: NOW - 59_000 }, { attempt: 9 }), { kind: 'unreachable' });
    expect(soon).toMatchObject({ dueAt: NOW + 1_000, past: { awaySince: NOW - 59_000 } });
    const late = judge(work({ awaySince: NOW - 60_000 }), { kind: 'unreachable', note: 'not bound' });
    expect(late).toMatchObject({ move: { connector: 'beta' }, past: {}, note: 'acme is away (not bound): by beta' });
    expect(judge(work({ awaySince: 0 }), { kind: 'unreachable' }, 'resend', null)).not.toHaveProperty('move');
  });

  it('that answers again is not away any more', () => {
    expect(judge(work({ awaySince: 5, doubts: 1 }), { kind: 'busy' })).toMatchObject({ past: { doubts: 1 } });
  });

  it('says so once in the walk of the message', () => {
    const one = work();
    one.message.history.push({ at: NOW, status: 'sending', note: 'not bound' });
    const again = { kind: 'again', dueAt: NOW, note: 'not bound' } as const;
    const settlement = { workId: 1, attempt: 1, accountSid: 'AC1', messageSid: 'SM1', result: again };
    expect(withoutEcho(settlement, one).result).toEqual({ kind: 'again', dueAt: NOW });
    const other = { ...settlement, result: { ...again, note: 'bound to another' } };
    expect(withoutEcho(other, one)).toBe(other);
  });
});
