/** Kannel (bearerbox and smsbox, Debian's package) before a carrier, as its own guide has it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Target } from './load.ts';
import { closedLoop } from './load.ts';
import { pause } from './peer.ts';

export interface Kannel {
  target: Target;
  children: ChildProcess[];
  stop(): void;
}

const USER = 'bench';
const STARTS_WITHIN_MS = 15_000;

export function hasKannel(): boolean {
  return spawnSync('bearerbox', ['--version']).error === undefined;
}

/** What `dlr-mask` asks for: that the carrier delivered it, and that the carrier took it, which we call `sent`. */
const DELIVERED = 1;
const TAKEN = 8;

/** What receipts are about: lost with the process, or kept, as ours is. */
export type KeptReceipts = 'memory' | 'sqlite';

/** `receiver`: called once for each message, by its receipt, or also when the carrier took it. Its queue is a file that it never syncs. */
export async function startKannel(
  carrierPort: number,
  window: number,
  receiver: string,
  { callbacksEach, receipts }: { callbacksEach: 1 | 2; receipts: KeptReceipts },
): Promise<Kannel> {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-kannel-'));
  const first = 20_000 + Math.floor(Math.random() * 20_000);
  const [adminPort, boxPort, sendPort] = [first, first + 1, first + 2];
  const config = join(folder, 'kannel.conf');
  const store = process.env.PIDGE_BENCH_KANNEL_STORE ?? 'file';
  if (store === 'spool') mkdirSync(join(folder, 'kannel.store'));
  writeFileSync(
    config,
    `group = core
admin-port = ${adminPort}
admin-password = ${USER}
smsbox-port = ${boxPort}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "${folder}/bearerbox.log"
log-level = 4
store-type = ${store}
store-location = "${folder}/kannel.store"
${receipts === 'memory' ? 'dlr-storage = internal' : receiptTable(folder)}

group = smsc
smsc = smpp
smsc-id = carrier
host = 127.0.0.1
port = ${carrierPort}
transceiver-mode = true
smsc-username = ${USER}
smsc-password = ${USER}
system-type = ""
max-pending-submits = ${window}
source-addr-ton = 1
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1
msg-id-type = 0x00

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${sendPort}
log-file = "${folder}/smsbox.log"
log-level = 4

group = sendsms-user
username = ${USER}
password = ${USER}
max-messages = 1
`,
  );
  const options = { stdio: 'ignore', cwd: folder } as const;
  const bearerbox = spawn('bearerbox', ['-v', '4', config], options);
  await pause(1_500);
  const smsbox = spawn('smsbox', ['-v', '4', config], options);
  const dlr = encodeURIComponent(receiver);
  const mask = callbacksEach === 1 ? DELIVERED : DELIVERED + TAKEN;
  const path =
    `/cgi-bin/sendsms?username=${USER}&password=${USER}&from=12025550100&to=12025550101` +
    `&text=Your+code+is+482913&dlr-mask=${mask}&dlr-url=${dlr}`;
  const target: Target = {
    host: '127.0.0.1',
    port: sendPort,
    request: Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${sendPort}\r\n\r\n`),
    expect: 'HTTP/1.1 202',
  };
  const kannel = {
    target,
    children: [bearerbox, smsbox],
    stop() {
      for (const child of [smsbox, bearerbox]) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const limit = performance.now() + STARTS_WITHIN_MS;
  while (performance.now() < limit) {
    if ((await closedLoop(target, 1, 0.05)).answers > 0) return kannel;
    await pause(200);
  }
  kannel.stop();
  throw new Error(`Kannel did not answer within ${STARTS_WITHIN_MS / 1_000} s`);
}

/** As its example has it, and better: a log that is written ahead, so one sync a row, and an index. */
function receiptTable(folder: string): string {
  const file = join(folder, 'receipts.db');
  const db = new DatabaseSync(file);
  const columns = ['smsc', 'ts', 'destination', 'source', 'service', 'url', 'mask', 'status', 'boxc'];
  db.exec(`pragma journal_mode = wal; create table dlr (${columns.join(', ')}); create index by_id on dlr (smsc, ts)`);
  db.close();
  const names = ['smsc', 'timestamp', 'destination', 'source', 'service', 'url', 'mask', 'status', 'boxc-id'];
  const fields = names.map((name, index) => `field-${name} = ${columns[index]}`).join('\n');
  return `dlr-storage = sqlite3

group = sqlite3-connection
id = receipts
database = ${file}

group = dlr-db
id = receipts
table = dlr
${fields}`;
}
