/**
 * The program of the storms around restarts: Pidge on some store, with a carrier over SMPP. Prints its origin when it
 * listens, and then a line of JSON for what became of each send that was no first one.
 */
import { startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { SmppConnector } from '../../src/connectors/smpp/connector.ts';
import { SMPP_DEFAULTS } from '../../src/connectors/smpp/settings.ts';
import { WarpedClock } from '../helpers/warped-clock.ts';

export interface SmppNodeOptions {
  /** Of a PostgreSQL, or the path of a file. */
  database: string;
  folder: string;
  carrierPort: number;
  window: number;
  warp: number;
  /** Epoch ms: from here on its clock is fast. */
  since: number;
}

const { database, folder, carrierPort, window, warp, since } = JSON.parse(process.argv[2] ?? '{}') as SmppNodeOptions;
const config = readConfig({
  mode: 'dev',
  env: {},
  file: null,
  flags: { 'http.port': '0', database, data: folder },
});
config.secretKey = 'a key for storms alone, at least 32 long';
const clock = new WarpedClock(warp, since);
const settings = { ...SMPP_DEFAULTS, host: '127.0.0.1', port: carrierPort, systemId: 'pidge', password: 'secret08' };
const running = await startPidge(config, {
  clock,
  connectors: () => [
    new SmppConnector({
      name: 'carrier',
      settings: { ...settings, window, reconnectMs: 200, responseMs: 40_000 },
      clock,
      random: Math.random,
    }),
  ],
  observe(event) {
    if (event.type === 'dispatch.outcome' && event.attempt > 1) console.log(JSON.stringify(event));
  },
});
console.log(running.address);
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit(0));
});
