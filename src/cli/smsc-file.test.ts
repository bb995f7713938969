import { expect, it } from 'vitest';
import { readScript } from './smsc-file.ts';

function problemsOf(text: string, flags: Record<string, string> = {}): string[] {
  const problems: string[] = [];
  readScript({ name: 'carrier.toml', text }, flags, problems);
  return problems;
}

it.each(['+12025550101', '12025550101', '+1202*', '1202*', '*'])('a rule for %s can fit', (to) => {
  expect(problemsOf(`[[rules]]\nto = "${to}"\n[[rules]]\nfrom = "${to}"`)).toEqual([]);
});

it.each(['12345', 'Pidge', 'Pi*'])('a rule for what comes from %s can fit', (from) => {
  expect(problemsOf(`[[rules]]\nfrom = "${from}"`)).toEqual([]);
});

it.each(['+1*2', 'abc', '1202', '+1 202 555 0101', 'whatsapp:+12025550101'])(
  'a rule for "%s" would never fit, and is named',
  (to) => {
    expect(problemsOf(`[[rules]]\nstat = "UNDELIV"\n[[rules]]\nto = "${to}"`)).toEqual([
      `carrier.toml: rules 2: to is "${to}". Allowed: a number like +12025550101, or its beginning and *.`,
    ]);
  },
);

it('what a text comes from and goes to has to be an address', () => {
  const [from, to, ...more] = problemsOf('[[inbound]]\nfrom = "+1"\nto = "Pidge"\ntext = "Hi"');
  expect([from, to]).toEqual([
    expect.stringMatching(/^carrier\.toml: inbound 1: from is "\+1"\. Allowed: /),
    expect.stringMatching(/^carrier\.toml: inbound 1: to is "Pidge"\. Allowed: /),
  ]);
  expect(more).toEqual([]);
});

it('a wrong status is named with its place, and with the nearest name where there is one', () => {
  const allowed = 'Allowed: a name like ESME_RTHROTTLED, or a number like "0x58".';
  const problems = problemsOf('status = "0x1ffffffff"\n[[rules]]\nstatus = "ESME_FOO"\n', { status: 'ESME_RTROTTLED' });
  expect(problems.sort()).toEqual([
    `carrier.toml: rules 1: status is "ESME_FOO". ${allowed}`,
    `carrier.toml: status is "0x1ffffffff". ${allowed}`,
    `flags: status is "ESME_RTROTTLED". ${allowed} Did you mean ESME_RTHROTTLED?`,
  ]);
});
