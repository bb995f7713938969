import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pidge, tempFolder } from './run.ts';

const CARRIER = 'host = "smsc.example"\nport = 2775\nsystem_id = "me"\npassword = "secret08"\n';
const SETTINGS = `
[[connectors]]
kind = "smpp"
name = "acme"
${CARRIER}
[[connectors]]
kind = "smpp"
name = "beta"
${CARRIER}
[[routes]]
connector = "acme"
to = ["+44"]

[[routes]]
connector = "beta"
to = ["+44", "+1"]
priority = 20
`;

function folder(more = ''): string {
  const path = tempFolder();
  writeFileSync(join(path, 'pidge.toml'), SETTINGS + more);
  return path;
}

it('route try says which ways there are, best first, and why, without a server', async () => {
  const { code, out } = await pidge(['route', 'try', '+447700900123'], folder());
  expect(out).toBe(
    [
      '+447700900123 by sms',
      '  1  acme  the route for recipients in +44; priority 10',
      '  2  beta  the route for recipients in +44; priority 20',
      '',
    ].join('\n'),
  );
  expect(code).toBe(0);
});

it('route try ends with 6 where no route leads, and says what each lacks', async () => {
  const { code, out } = await pidge(['route', 'try', 'whatsapp:+447700900123', '--json'], folder());
  expect(code).toBe(6);
  expect(JSON.parse(out)).toMatchObject({
    channel: 'whatsapp',
    ways: [],
    passedOver: [{ connector: 'acme', why: 'its carrier has no whatsapp' }, { connector: 'beta' }],
    errorCode: 21612,
  });
});

it('route try says what to do where there is no carrier at all', async () => {
  const { code, out } = await pidge(['route', 'try', '+447700900123'], tempFolder());
  expect([code, out]).toEqual([
    6,
    expect.stringContaining('no carrier is configured. Add one with: pidge connector add'),
  ]);
});

it('route try knows the staging guard, and refuses words that mean nothing', async () => {
  const guarded = folder('\n[safety]\nallow_to = ["+1202*"]\n');
  const [refused, wrong] = await Promise.all([
    pidge(['route', 'try', '+447700900123'], guarded),
    pidge(['route', 'try', '+12025550101', '--channel', 'fax'], guarded),
  ]);
  expect([refused.code, refused.out]).toEqual([6, expect.stringContaining('21608: safety.allow_to does not have it')]);
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('Allowed: sms, mms, whatsapp, messenger, rcs')]);
});
