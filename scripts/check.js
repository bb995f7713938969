// Types and lint, each counted as one. `npm run check` stops here; `npm test` goes on with the suites.
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Runs a package's own script under this Node; answers its exit code, output goes to the terminal. */
export function run(script, args) {
  const done = spawnSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (done.error) console.error(done.error.message);
  return done.status ?? 1;
}

/** Answers `{passed, failed}` of the type check and the linter, and prints a line for each. */
export function check() {
  const steps = [
    ['types', 'typescript/bin/tsc', ['-p', '.']],
    ['types of the console', 'typescript/bin/tsc', ['-p', 'src/console']],
    ['lint and fences', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']],
  ];
  const total = { passed: 0, failed: 0 };
  for (const [title, script, args] of steps) {
    const ok = run(script, args) === 0;
    total[ok ? 'passed' : 'failed'] += 1;
    console.log(`${title}: ${ok ? 'passed' : 'failed'}`);
  }
  return total;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { passed, failed } = check();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
