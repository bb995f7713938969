/** Pidge on a file with one windowed bind to the carrier on the port it is told. Prints its origin. */
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { startPidge } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { SmppConnector } from '../src/connectors/smpp/connector.ts';
import { SMPP_DEFAULTS } from '../src/connectors/smpp/settings.ts';

const folder = process.argv[2] ?? '';
const port = Number(process.argv[3]);
const window = Number(process.argv[4]);
const config = readConfig({
  mode: 'dev',
  env: {},
  file: null,
  flags: { 'http.port': '0', data: folder, database: join(folder, 'bench.db') },
});
config.secretKey = 'a key for measurements, at least 32 long';
const carrier = { host: '127.0.0.1', port, systemId: 'bench', password: 'bench' };
const running = await startPidge(config, {
  connectors: ({ clock, keepPdu }) => [
    new SmppConnector({
      name: 'carrier',
      settings: { ...SMPP_DEFAULTS, ...carrier, window },
      clock,
      random: Math.random,
      // As it is unless told otherwise: the exchanges that fail are kept.
      trace: { keep: keepPdu, tell: () => undefined },
    }),
  ],
});
flushCompileCache();
console.log(running.address);
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit(0));
});
process.stdin.on('end', () => process.exit(0)).resume();
