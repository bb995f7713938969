// `npm start`: the console is brought up to date, then the server runs in this very process.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildConsole } from './build-console.js';

try {
  await buildConsole();
} catch (error) {
  // The API needs no console: better a server without its pages than none.
  process.stderr.write(`the console could not be built: ${error.message}\n`);
}
const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'cli', 'main.ts');
process.argv.splice(1, process.argv.length - 1, main, 'dev', ...process.argv.slice(2));
await import(pathToFileURL(main).href);
