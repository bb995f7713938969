/**
 * Usage triggers: looked at once a minute, told through the callbacks room. Several nodes may look at the same one; the
 * store lets only the first of them fire it.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import { findCategory, sumUp } from '../domain/usage.ts';
import {
  currentValue,
  daysOf,
  isReached,
  type TriggerProperties,
  triggerParams,
  usageRecordUri,
} from '../domain/usage-trigger.ts';
import type { Document } from '../store/directory.ts';
import type { CountedUsage } from '../store/report-shapes.ts';
import type { Store } from '../store/store.ts';
import { makeNaps } from './naps.ts';

export interface TriggerParts {
  store: Pick<Store, 'documents' | 'accounts' | 'usage' | 'fireTrigger'>;
  clock: Clock;
  observe: Observer;
  ringCallbacks: () => void;
}

export interface UsageTriggers {
  start(): void;
  stop(): Promise<void>;
}

/** All are found together, so they are kept under no account; the parent is the one that they are of. */
export const TRIGGERS = { accountSid: '', kind: 'usage-trigger' } as const;

const ROUND_MS = 60_000;
const MOST_TRIGGERS = 10_000;

export function makeUsageTriggers({ store, clock, observe, ringCallbacks }: TriggerParts): UsageTriggers {
  const naps = makeNaps(clock);
  let running: Promise<void> = Promise.resolve();

  async function rounds(): Promise<void> {
    do {
      try {
        await round();
      } catch (error) {
        observe({ type: 'fault', at: clock.now(), where: 'usage triggers', error });
      }
    } while (await naps.nap(ROUND_MS));
  }

  async function round(): Promise<void> {
    const triggers = await store.documents({ ...TRIGGERS, limit: MOST_TRIGGERS });
    if (triggers.length === 0) return;
    const accounts = await store.accounts();
    for (const [accountSid, own] of Map.groupBy(triggers, ({ parentSid }) => parentSid)) {
      const family = familyOf(accountSid, accounts);
      for (const [recurring, some] of Map.groupBy(own, (one) => triggerFrom(one).recurring)) {
        const now = clock.now();
        const counted = await store.usage({ accountSids: family, ...daysOf(recurring, now), per: 'all' });
        for (const trigger of some) await look(trigger, counted, now);
      }
    }
  }

  async function look(document: Document, counted: CountedUsage[], now: number): Promise<void> {
    const trigger = triggerFrom(document);
    const category = findCategory(trigger.usage_category);
    const usage = category && sumUp(category, counted);
    if (!usage || !isReached(trigger, usage, now)) return;
    const { sid, parentSid: accountSid } = document;
    const current = currentValue(usage, trigger.trigger_by);
    const recordUri = usageRecordUri(accountSid, trigger.usage_category);
    const params = triggerParams(trigger, { sid, accountSid, current, recordUri, now });
    const payload = {
      url: trigger.callback_url,
      status: 'failed',
      from: null,
      to: '',
      serviceSid: null,
      errorCode: null,
      doneDate: null,
      at: now,
      form: { method: trigger.callback_method, params },
    } as const;
    const properties = { ...document.properties, fired_at: now };
    // Also when the clock stands still: whoever has read it before must not find it unchanged.
    const updatedAt = Math.max(now, document.updatedAt + 1);
    const fired = { trigger: { ...document, properties, updatedAt }, seenAt: document.updatedAt, payload };
    if (await store.fireTrigger(fired, now)) ringCallbacks();
  }

  return {
    start() {
      running = rounds();
    },
    async stop() {
      naps.end();
      await running;
    },
  };
}

export function triggerFrom({ properties }: Document): TriggerProperties {
  return properties as unknown as TriggerProperties;
}

/** An account with those below it: what it uses is theirs too. */
export function familyOf(accountSid: string, accounts: { sid: string; ownerSid: string }[]): string[] {
  return [
    accountSid,
    ...accounts.filter((one) => one.ownerSid === accountSid && one.sid !== accountSid).map((one) => one.sid),
  ];
}
