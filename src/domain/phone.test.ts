import { describe, expect, it } from 'vitest';
import { type Behaviour, parseBehaviour, showBehaviour } from './phone.ts';

const NOW = Date.UTC(2026, 0, 1);

function read(json: unknown): Behaviour {
  const parsed = parseBehaviour(json, NOW);
  if (!parsed.ok) throw new Error(`${parsed.parameter}: ${parsed.received}`);
  return parsed.behaviour;
}

describe('behave', () => {
  it.each([
    ['deliver', { kind: 'deliver', afterMs: null }],
    [{ deliver: true }, { kind: 'deliver', afterMs: null }],
    [{ deliver_after: '2s' }, { kind: 'deliver', afterMs: 2_000 }],
    [{ deliver_after: 0 }, { kind: 'deliver', afterMs: 0 }],
    [{ undelivered: 30003 }, { kind: 'undelivered', code: 30003 }],
    [{ failed: 30007 }, { kind: 'failed', code: 30007 }],
    [{ failed: 63016 }, { kind: 'failed', code: 63016 }],
    ['no_receipt', { kind: 'no-receipt' }],
    [{ no_receipt: true }, { kind: 'no-receipt' }],
    [{ blocked: true }, { kind: 'undelivered', code: 30004 }],
    [{ landline: true }, { kind: 'undelivered', code: 30006 }],
    [{ unreachable_until: '7d' }, { kind: 'unreachable', untilAt: NOW + 7 * 86_400_000 }],
    [{ unreachable_until: '2026-01-01T00:05:00Z' }, { kind: 'unreachable', untilAt: NOW + 300_000 }],
    [{ read_after: '500ms' }, { kind: 'read', afterMs: 500 }],
    [
      // biome-ignore lint/suspicious/noThenProperty: the spelling of the API
      { script: [{ undelivered: 30003 }, 'deliver'], then: 'no_receipt' },
      {
        kind: 'script',
        steps: [
          { kind: 'undelivered', code: 30003 },
          { kind: 'deliver', afterMs: null },
        ],
        after: { kind: 'no-receipt' },
      },
    ],
  ])('reads %j', (json, expected) => {
    expect(read(json)).toEqual(expected);
  });

  it('is shown in a spelling that reads back to the same', () => {
    const all = ['deliver', { deliver_after: '1500ms' }, { undelivered: 30003 }, { failed: 30007 }, 'no_receipt'];
    for (const json of [...all, { unreachable_until: '1h' }, { read_after: 0 }, { script: all }]) {
      const behaviour = read(json);
      expect(read(JSON.parse(JSON.stringify(showBehaviour(behaviour))))).toEqual(behaviour);
    }
  });

  it.each([
    [undefined, 'behave'],
    [null, 'behave'],
    [7, 'behave'],
    [[], 'behave'],
    [{}, 'behave'],
    [{ deliver: true, blocked: true }, 'behave'],
    ['explode', 'behave'],
    [{ constructor: true }, 'behave'],
    [{ blocked: 'yes' }, 'behave.blocked'],
    ['deliver_after', 'behave.deliver_after'],
    [{ deliver_after: '2 weeks' }, 'behave.deliver_after'],
    [{ deliver_after: -1 }, 'behave.deliver_after'],
    [{ deliver_after: '36d' }, 'behave.deliver_after'],
    [{ undelivered: 21211 }, 'behave.undelivered'],
    [{ undelivered: '30003' }, 'behave.undelivered'],
    [{ failed: 30003.5 }, 'behave.failed'],
    [{ unreachable_until: 'tomorrow' }, 'behave.unreachable_until'],
    [{ unreachable_until: '2026-02-30T00:00:00Z' }, 'behave.unreachable_until'],
    [{ script: [] }, 'behave.script'],
    [{ script: 'deliver' }, 'behave.script'],
    [{ script: ['deliver', { failed: 1 }] }, 'behave.script[1].failed'],
    [{ script: [{ script: ['deliver'] }] }, 'behave.script[0]'],
    [{ script: ['deliver'], loop: true }, 'behave.loop'],
  ])('refuses %j and names %s', (json, parameter) => {
    const parsed = parseBehaviour(json, NOW);
    expect(parsed).toMatchObject({ ok: false, parameter });
    if (!parsed.ok) for (const words of [parsed.received, parsed.allowed, parsed.fix]) expect(words).not.toBe('');
  });
});
