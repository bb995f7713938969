import { describe, expect, it } from 'vitest';
import { CATEGORIES, categoryOf, findCategory, sumUp, usageOf } from './usage.ts';
import { currentValue, daysOf, isReached, type TriggerProperties, triggerValueOf } from './usage-trigger.ts';

const message = { from: '+12025550100', to: '+12025550101', numMedia: 0, numSegments: 3, options: {} };

describe('the category of a message', () => {
  it.each([
    ['outbound', {}, 'sms-outbound-longcode'],
    ['outbound', { from: '76767' }, 'sms-outbound-shortcode'],
    ['outbound', { from: '+18885550100' }, 'sms-outbound-tollfree'],
    ['outbound', { from: 'ACME' }, 'sms-outbound-alphanumeric'],
    ['outbound', { numMedia: 1 }, 'mms-outbound-longcode'],
    ['outbound', { options: { asMms: true as const } }, 'mms-outbound-longcode'],
    ['outbound', { numMedia: 1, options: { mediaAsLinks: true as const } }, 'sms-outbound-longcode'],
    ['outbound', { from: 'whatsapp:+12025550100', to: 'whatsapp:+12025550101' }, 'channels-whatsapp-outbound'],
    ['outbound', { from: 'rcs:acme', numMedia: 1 }, 'channels-rcs-outbound'],
    ['inbound', {}, 'sms-inbound-longcode'],
    ['inbound', { to: '76767' }, 'sms-inbound-shortcode'],
    ['inbound', { from: '+18885550100' }, 'sms-inbound-longcode'],
    ['inbound', { numMedia: 2 }, 'mms-inbound-longcode'],
    ['inbound', { from: 'messenger:1', to: 'messenger:2' }, 'channels-messenger-inbound'],
  ] as const)('%s, %o: %s', (way, changes, name) => {
    expect(categoryOf({ ...message, ...changes }, way)).toBe(name);
  });

  it('is in the list, and counts segments for SMS alone', () => {
    const names = CATEGORIES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain(categoryOf(message, 'outbound'));
    expect(usageOf(message, 'outbound', -300)).toMatchObject({ count: 1, usage: 3, priceMicros: -300 });
    expect(usageOf({ ...message, numMedia: 1 }, 'outbound', null)).toMatchObject({ usage: 1, priceMicros: 0 });
    expect(usageOf({ ...message, numSegments: 0 }, 'inbound', null).usage).toBe(1);
  });
});

it('what stands above a category is the sum of what belongs to it', () => {
  const counted = [
    { category: 'sms-outbound-longcode', count: 2, usage: 5, priceMicros: -50 },
    { category: 'sms-inbound-shortcode', count: 1, usage: 1, priceMicros: 0 },
    { category: 'mms-outbound-longcode', count: 1, usage: 1, priceMicros: -20 },
    { category: 'channels-whatsapp-inbound', count: 4, usage: 4, priceMicros: 0 },
    { category: 'channels-rcs-outbound', count: 3, usage: 3, priceMicros: -9 },
  ];
  const countOf = (name: string) => sumUp(findCategory(name) as (typeof CATEGORIES)[number], counted).count;
  expect(['sms', 'sms-outbound', 'sms-inbound', 'mms', 'mms-inbound'].map(countOf)).toEqual([3, 2, 1, 1, 0]);
  expect(['channels', 'channels-messaging-inbound', 'channels-whatsapp', 'channels-rcs'].map(countOf)).toEqual([
    7, 4, 4, 3,
  ]);
  expect(sumUp(findCategory('totalprice') as (typeof CATEGORIES)[number], counted).priceMicros).toBe(-79);
  expect(countOf('phonenumbers')).toBe(0);
});

describe('a trigger', () => {
  const now = Date.UTC(2026, 4, 17, 12);
  const trigger = (changes: Partial<TriggerProperties> = {}): TriggerProperties => ({
    friendly_name: null,
    usage_category: 'sms',
    trigger_by: 'usage',
    trigger_value: '10',
    recurring: null,
    callback_url: 'https://app.example/used',
    callback_method: 'POST',
    fired_at: null,
    ...changes,
  });
  const used = { count: 4, usage: 10, priceMicros: -1_500_000 };

  it('looks at its day, month, year, or all of the time', () => {
    expect(daysOf('daily', now)).toEqual({ from: '2026-05-17', to: '2026-05-17' });
    expect(daysOf('monthly', now).from).toBe('2026-05-01');
    expect(daysOf('yearly', now).from).toBe('2026-01-01');
    expect(daysOf(null, now)).toEqual(daysOf('alltime', now));
  });

  it('fires from its value on, by what it looks at', () => {
    expect(isReached(trigger(), used, now)).toBe(true);
    expect(isReached(trigger({ trigger_value: '10.5' }), used, now)).toBe(false);
    expect(isReached(trigger({ trigger_by: 'count' }), used, now)).toBe(false);
    expect(isReached(trigger({ trigger_by: 'price', trigger_value: '1.5' }), used, now)).toBe(true);
    expect(currentValue(used, 'price')).toBe('1.50000');
  });

  it('fires once in its period, and one without a period never again', () => {
    const yesterday = now - 86_400_000;
    expect(isReached(trigger({ recurring: 'daily', fired_at: now - 1 }), used, now)).toBe(false);
    expect(isReached(trigger({ recurring: 'daily', fired_at: yesterday }), used, now)).toBe(true);
    expect(isReached(trigger({ recurring: 'monthly', fired_at: yesterday }), used, now)).toBe(false);
    expect(isReached(trigger({ fired_at: 0 }), used, now)).toBe(false);
  });

  it('has a positive value, or one on top of the present', () => {
    expect(['50', '0.5', '+30', '0', '-1', 'many', ''].map((text) => triggerValueOf(text, '12.5'))).toEqual([
      '50',
      '0.5',
      '42.5',
      null,
      null,
      null,
      null,
    ]);
  });
});
