import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { SmppConnector } from '../../src/connectors/smpp/connector.ts';
import { SMPP_DEFAULTS } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import { SELF_SIGNED, SELF_SIGNED_KEY } from '../data/certificates.ts';
import { RecordingEar, submission, until } from '../helpers/smpp.ts';
import { pidge, tempFolder } from './run.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Starts it; its lines come in `lines`, what it says beside them in `told`. */
async function start(args: string[]) {
  const child = spawn(process.execPath, [MAIN, 'smsc', '--port', '0', ...args]);
  closing.push(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  const told: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => told.push(line));
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await until(() => told.some((line) => line.startsWith('A carrier listens')), 15_000);
  const port = Number(/:(\d+)/.exec(told[0] ?? '')?.[1]);
  return { child, lines, told, port, gone };
}

async function connector(port: number, password: string) {
  const ear = new RecordingEar();
  const settings = { ...SMPP_DEFAULTS, host: '127.0.0.1', port, systemId: 'acme', password };
  const made = new SmppConnector({ name: 'acme', settings, clock: realClock, random: () => 0.5 });
  await made.start(ear);
  made.resume([]);
  closing.push(() => made.stop());
  await until(() => made.isBound, 15_000);
  return { made, ear };
}

it('pidge smsc takes what is sent, reports it, refuses by rule, brings texts, and unbinds when it is interrupted', async () => {
  const folder = tempFolder();
  const script = join(folder, 'carrier.toml');
  const password = 'pw-of-acme';
  writeFileSync(
    script,
    `system_id = "acme"
password = "${password}"
receipt_ids = "decimal"

[[rules]]
to = "+1415*"
status = "ESME_RINVDSTADR"

[[inbound]]
from = "+12025550101"
to = "+12025550100"
text = "From the script"
after = "10ms"
`,
  );
  const { child, lines, told, port, gone } = await start(['--script', script, '--seed', '5']);
  const { made, ear } = await connector(port, password);
  expect(await made.send([submission('SM1'), submission('SM2', 'Hello', { to: '+14155550101' })])).toMatchObject([
    { kind: 'accepted' },
    { kind: 'refused', errorCode: 30005 },
  ]);
  child.stdin.write('in +12025550101 +12025550100 From the console\n');
  await until(() => ear.inboundHeard.length === 2 && ear.receiptsHeard.length === 1, 15_000);
  const bodies = ear.inboundHeard.map(({ content }) => (content.kind === 'text' ? content.body : ''));
  expect(bodies.sort()).toEqual(['From the console', 'From the script']);
  child.kill('SIGINT');
  expect(await gone).toBe(0);
  expect(lines.some((line) => line.includes('→ submit_sm #') && line.includes('"Hello"'))).toBe(true);
  expect(lines.some((line) => line.includes('← unbind #'))).toBe(true);
  expect(told[0]).toContain('seed 5');
  expect(told.at(-1)).toBe(
    '1 connections, 1 binds, 2 submits of which 1 refused, 1 receipts taken and 0 not, 2 texts of which 2 taken, 0 odd PDUs',
  );
  expect([...lines, ...told].join('\n')).not.toContain(password);
}, 60_000);

it('pidge smsc ends by itself, says that nobody came, and has figures for programs', async () => {
  const folder = tempFolder();
  const people = await pidge(['smsc', '--port', '0', '--for', '50ms'], folder);
  expect([people.code, people.out]).toEqual([0, '']);
  expect(people.err).toContain('Nobody connected.');
  const programs = await pidge(['smsc', '--port', '0', '--for', '50ms', '--json'], folder);
  expect(JSON.parse(programs.out)).toMatchObject({ kind: 'summary', connections: 0, submits: 0 });
}, 60_000);

it('pidge smsc refuses a certificate and a key that are exchanged, by the names of their flags', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'c.pem'), SELF_SIGNED);
  writeFileSync(join(folder, 'k.pem'), SELF_SIGNED_KEY);
  const { code, err } = await pidge(['smsc', '--tls-cert', 'k.pem', '--tls-key', 'c.pem'], folder);
  const text = 'tls_cert names k.pem, which holds a key, and tls_key names c.pem, which holds a certificate.';
  expect([code, err]).toEqual([3, `${text} Exchange the two.\n`]);
  const lone = await pidge(['smsc', '--tls-cert', 'c.pem'], folder);
  expect([lone.code, lone.err]).toEqual([3, 'tls_cert and tls_key go together.\n']);
});

it('pidge smsc names every mistake of its script at once', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'bad.toml'), 'rte = 3\n[[rules]]\nstatus = "ESME_RTROTTLED"\n[[inbound]]\nfrom = "+1"\n');
  const { code, err } = await pidge(['smsc', '--script', 'bad.toml', '--answer', 'maybe'], folder);
  expect(code).toBe(3);
  for (const problem of ['Did you mean rate?', 'Did you mean ESME_RTHROTTLED?', 'to is missing', 'answer is "maybe"']) {
    expect(err).toContain(problem);
  }
});
