/** The program of the storms with many nodes: Pidge on PostgreSQL, with a carrier that writes down what it is given. */
import { startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { JournalingCarrier } from './journaling-carrier.ts';

interface Options {
  name: string;
  url: string;
  journal: string;
  /** Senders beside those of `dev`, with their rate. */
  paced: { number: string; rate: number }[];
}

const { name, url, journal, paced } = JSON.parse(process.argv[2] ?? '{}') as Options;
const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', database: url } });
config.secretKey = 'a key for storms alone, at least 32 long';
config.numbers = paced.map(({ number, rate }) => ({ number, rate, properties: {} }));

const running = await startPidge(config, {
  connectors: (parts) => [new JournalingCarrier({ ...parts, journal, node: name })],
});
console.log(running.address);
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit(0));
});
