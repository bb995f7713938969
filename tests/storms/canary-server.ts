/** The program of the canaries: Pidge on a folder or a database, with a log beside it. Prints its origin when it listens. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { makeLog, makeMetrics, observers } from '../../src/observe.ts';

export interface CanaryOptions {
  folder: string;
  /** Of the first account. */
  token: string;
  /** Else a file in the folder. */
  database?: string;
  sealBodies?: boolean;
  /** Like `"1s"`. */
  retainBodies?: string;
  /** A number whose texts an app answers. */
  answering?: { number: string; url: string };
}

const options = JSON.parse(process.argv[2] ?? '{}') as CanaryOptions;
const { folder, token, database, sealBodies, retainBodies, answering } = options;
const flags = {
  'auth.auth_token': token,
  'http.port': '0',
  data: folder,
  database: database ?? join(folder, 'pidge.db'),
  'privacy.seal_bodies': sealBodies ?? false,
  'retention.bodies': retainBodies,
  'simulator.receipt_after': '100ms',
};
const config = readConfig({ mode: 'dev', env: {}, file: null, flags });
config.secretKey = 'a key for storms alone, at least 32 long';
if (answering) {
  const properties = { sms_url: answering.url, sms_method: 'POST' };
  config.numbers = [...config.numbers, { number: answering.number, rate: 0, properties }];
}

const metrics = makeMetrics('pidge');
const log = makeLog('debug', createWriteStream(join(folder, 'pidge.log'), { flags: 'a' }));
const running = await startPidge(config, {
  observe: observers(metrics.observe, log.observe),
  metrics: metrics.text,
  onFatal: () => process.exit(1),
});
console.log(running.address);
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit(0));
});
