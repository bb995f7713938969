/** The program of the storms over SMPP: Pidge on a folder, with one user. Prints the port to bind to when it listens. */
import { join } from 'node:path';
import { startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

const folder = process.argv[2] ?? '';
const text = `
[smpp_server]
port = 0
[[smpp_users]]
system_id = "storm"
password = "secret08"
[inbound]
parts_wait = "2s"
`;
const config = readConfig({
  mode: 'dev',
  env: {},
  file: { name: 'pidge.toml', text },
  flags: { 'http.port': '0', data: folder, database: join(folder, 'pidge.db') },
});
config.secretKey = 'a key for storms alone, at least 32 long';

const running = await startPidge(config, { onFatal: () => process.exit(1) });
console.log(running.esmePort);
process.once('SIGTERM', () => {
  void running.close().then(() => process.exit(0));
});
