// The whole fast lane: types, lint with its fences, every suite. Arguments go to Vitest: `npm test -- tests/walks`.
// The last line is `N passed, N failed`, with true totals: a suite that does not even load counts as failed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { check, ROOT, run } from './check.js';

const totals = check();
const suites = runSuites(process.argv.slice(2));

console.log('');
for (const [suite, figures] of suites) {
  const skipped = figures.skipped > 0 ? `, ${figures.skipped} skipped` : '';
  console.log(`${suite.padEnd(16)} ${figures.passed} passed, ${figures.failed} failed${skipped}`);
  totals.passed += figures.passed;
  totals.failed += figures.failed;
}
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;

/** Runs Vitest and answers its figures by suite, sorted by name. */
function runSuites(args) {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-test-'));
  const report = join(folder, 'report.json');
  try {
    const code = run('vitest/vitest.mjs', [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ]);
    return count(readReport(report), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Vitest ended before it could write: counted below by its exit code.
    return { testResults: [] };
  }
}

function count(report, code) {
  const suites = new Map();
  let failed = 0;
  for (const file of report.testResults) {
    const figures = suites.get(suiteOf(file.name)) ?? { passed: 0, failed: 0, skipped: 0 };
    suites.set(suiteOf(file.name), figures);
    for (const test of file.assertionResults) {
      if (test.status === 'passed') figures.passed += 1;
      else if (test.status === 'failed') figures.failed += 1;
      else figures.skipped += 1;
    }
    const brokenFile = file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
    if (brokenFile) figures.failed += 1;
    failed += figures.failed;
  }
  // An unhandled error outside any test, or no report at all: Vitest says so by its exit code alone.
  if (code !== 0 && failed === 0) suites.set('vitest itself', { passed: 0, failed: 1, skipped: 0 });
  return [...suites].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** `tests/walks/x.test.ts` belongs to `tests/walks`, what lies beside the source to `src/<folder>`. */
function suiteOf(file) {
  const parts = relative(ROOT, file).split(sep);
  return parts.length > 2 ? parts.slice(0, 2).join('/') : (parts[0] ?? 'tests');
}
