// Builds the console, src/console → dist/console, when it is missing or older than what it is made of; `--force` builds
// anyway. Prints one line. An installed package ships dist/console and has no vite: there is nothing to do there.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCE = join(ROOT, 'src', 'console');
const TARGET = join(ROOT, 'dist', 'console');
/** The pages import rules from the ground floor, so its changes count too. */
const MADE_OF = [SOURCE, join(ROOT, 'src', 'domain'), join(ROOT, 'package-lock.json'), fileURLToPath(import.meta.url)];
/** What a browser must fetch and run before the first page (Messages) stands, compressed. */
const FIRST_PAGE = 'src/console/pages/messages/page.tsx';
const BUDGET_BYTES = 250 * 1024;

/** Brings dist/console up to date. Throws when it cannot, the budget of the first page included. */
export async function buildConsole({ force = false } = {}) {
  const installed = !existsSync(join(ROOT, 'node_modules', 'vite'));
  if (!force && (installed || isFresh())) return;
  const startedAt = performance.now();
  const { build } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  // Built aside and renamed: a server that is running, or a second build, never sees half a console.
  const aside = join(ROOT, 'dist', `console-${process.pid}`);
  try {
    const { output } = await build({
      root: SOURCE,
      configFile: false,
      envFile: false,
      logLevel: 'error',
      plugins: [react()],
      build: {
        outDir: aside,
        emptyOutDir: true,
        target: 'es2023',
        // Inlined files would be `data:` addresses of scripts and styles, which the policy of the page forbids.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
        rolldownOptions: {
          output: {
            codeSplitting: {
              groups: [
                { name: 'vendor', test: /node_modules/, tags: ['$initial'], priority: 2 },
                {
                  name: 'widgets',
                  test: /node_modules/,
                  entriesAware: true,
                  entriesAwareMergeThreshold: 8_000,
                  priority: 1,
                },
              ],
            },
          },
        },
      },
    });
    const firstBytes = weigh(output);
    if (firstBytes > BUDGET_BYTES) {
      throw new Error(`the first page needs ${kB(firstBytes)} of JavaScript, ${kB(BUDGET_BYTES)} is the budget`);
    }
    compress(join(aside, 'assets'));
    replace(TARGET, aside);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stderr.write(
      `console built in ${seconds} s: ${kB(firstBytes)} of JavaScript for the first page (gzip; budget ${kB(BUDGET_BYTES)})\n`,
    );
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function replace(target, made) {
  const old = `${made}-old`;
  try {
    if (existsSync(target)) renameSync(target, old);
    renameSync(made, target);
  } catch (error) {
    // Another build was quicker: its console is as good as ours.
    if (!existsSync(join(target, 'index.html'))) throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

function isFresh() {
  const made = join(TARGET, 'index.html');
  return existsSync(made) && MADE_OF.every((path) => newest(path) <= statSync(made).mtimeMs);
}

/** Latest change at or below a path; folders count, so that a removed file is seen. Tests are no part of the console. */
function newest(path) {
  const found = statSync(path);
  if (!found.isDirectory()) return path.includes('.test.') ? 0 : found.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), found.mtimeMs);
}

/** Beside each script and style its compressed self, which the server sends to whoever takes it. */
function compress(folder) {
  for (const name of readdirSync(folder).filter((one) => /\.(js|css)$/.test(one))) {
    writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: 9 }));
  }
}

/** Compressed size of the entry, the first page and everything that the two import, lazy parts left out. */
function weigh(output) {
  const chunks = new Map(output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
  const isFirst = ({ facadeModuleId }) => facadeModuleId && relative(ROOT, facadeModuleId) === FIRST_PAGE;
  const needed = new Set();
  const add = (chunk) => {
    if (chunk === undefined || needed.has(chunk)) return;
    needed.add(chunk);
    for (const name of chunk.imports) add(chunks.get(name));
  };
  for (const chunk of chunks.values()) if (chunk.isEntry || isFirst(chunk)) add(chunk);
  return [...needed].reduce((bytes, chunk) => bytes + gzipSync(chunk.code).length, 0);
}

const kB = (bytes) => `${(bytes / 1024).toFixed(0)} kB`;

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await buildConsole({ force: process.argv.includes('--force') });
  } catch (error) {
    process.stderr.write(`the console could not be built: ${error.message}\n`);
    process.exitCode = 1;
  }
}
