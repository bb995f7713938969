/** The program of the storms with many nodes: Pidge on some store, with a carrier that writes down what it is given. */
import { dirname } from 'node:path';
import { startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { JournalingCarrier } from './journaling-carrier.ts';

interface Options {
  name: string;
  /** Of a PostgreSQL, or the path of a file. */
  url: string;
  journal: string;
  /** Senders beside those of `dev`, with their rate. */
  paced: { number: string; rate: number; properties?: Record<string, string> }[];
  /** Where the carrier delivers what comes in. */
  trunkPort?: number;
  /** Of a node that only takes messages in: nothing is sent before another one starts. */
  onlyAccepts?: boolean;
}

const { name, url, journal, paced, trunkPort, onlyAccepts } = JSON.parse(process.argv[2] ?? '{}') as Options;
const config = readConfig({
  mode: 'dev',
  env: {},
  file: null,
  flags: { 'http.port': '0', database: url, data: dirname(journal) },
});
config.secretKey = 'a key for storms alone, at least 32 long';
config.limits.scheduleMinLeadMs = 0;
if (onlyAccepts) config.node.roles = ['api'];
config.numbers = paced.map(({ number, rate, properties = {} }) => ({ number, rate, properties }));

const running = await startPidge(config, {
  connectors: (parts) => [new JournalingCarrier({ ...parts, journal, node: name, trunkPort })],
});
console.log(running.address);
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit(0));
});
