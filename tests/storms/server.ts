/** The program of the storms: Pidge on a folder, with a fault armed. Prints its origin when it listens. */
import { join } from 'node:path';
import { startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type ArmedFault, ArmedFaults } from '../../src/store/armed-faults.ts';

const folder = process.argv[2] ?? '';
const { fault, ackBeforeCommit } = JSON.parse(process.argv[3] ?? '{}') as {
  fault?: ArmedFault;
  ackBeforeCommit?: boolean;
};
const config = readConfig({
  mode: 'dev',
  env: {},
  file: null,
  flags: { 'http.port': '0', data: folder, database: join(folder, 'pidge.db') },
});
config.secretKey = 'a key for storms alone, at least 32 long';

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
