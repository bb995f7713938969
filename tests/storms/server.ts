/** The program of the storms: Pidge on a folder, with a fault armed. Prints its origin when it listens. */
import { join } from 'node:path';
import { startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type ArmedFault, ArmedFaults } from '../../src/store/armed-faults.ts';

const folder = process.argv[2] ?? '';
const { fault, ackBeforeCommit, answering } = JSON.parse(process.argv[3] ?? '{}') as {
  fault?: ArmedFault;
  ackBeforeCommit?: boolean;
  /** A number whose texts an app answers. */
  answering?: { number: string; url: string };
};
const config = readConfig({
  mode: 'dev',
  env: {},
  file: null,
  flags: { 'http.port': '0', data: folder, database: join(folder, 'pidge.db') },
});
config.secretKey = 'a key for storms alone, at least 32 long';
if (answering) {
  const properties = { sms_url: answering.url, sms_method: 'POST' };
  config.numbers = [...config.numbers, { number: answering.number, rate: 0, properties }];
}

const armed = fault ? [fault] : [];
const running = await startPidge(config, {
  faults: new ArmedFaults(armed),
  storeFaults: { armed, ackBeforeCommit },
  onFatal: () => process.exit(1),
});
console.log(running.address);
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit(0));
});
