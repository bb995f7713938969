// The whole fast lane: types, lint with its fences, every suite. Arguments go to Vitest: `npm test -- tests/walks`.
// `--no-check` first leaves types and lint out. The last line is `N passed, N failed`, with true totals: a suite that
// does not even load counts as failed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { whyNoPostgres } from '../tests/helpers/postgres-binaries.ts';
import { buildConsole } from './build-console.js';
import { check, ROOT, run } from './check.js';

const ENGINES = ['SQLite', 'PostgreSQL', 'PGlite'];
const STORES = { sqlite: 'SQLite', postgres: 'PostgreSQL', pglite: 'PGlite' };

const args = process.argv.slice(2);
const unchecked = args[0] === '--no-check';
const totals = unchecked ? { passed: 0, failed: 0 } : check();
// The suites of the console, and those that ask a server for its pages, need the built one.
try {
  await buildConsole();
} catch (error) {
  console.error(`the console could not be built: ${error.message}`);
  totals.failed += 1;
}
const { suites, failures } = runSuites(unchecked ? args.slice(1) : args);

console.log('');
// Named again at the end: of a long run often only the last page is kept.
for (const failure of failures) console.log(`FAILED ${failure}`);
for (const [suite, figures] of suites) {
  const why = suite === 'contract PGlite' ? ` (${figures.several} need several connections)` : '';
  const skipped = figures.skipped > 0 ? `, ${figures.skipped} skipped${why}` : '';
  console.log(`${suite.padEnd(20)} ${figures.passed} passed, ${figures.failed} failed${skipped}`);
  totals.passed += figures.passed;
  totals.failed += figures.failed;
}
console.log(engines(new Map(suites)));
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;

/** Which engines the figures above are about, and what keeps a real server out. */
function engines(figures) {
  const tested = ENGINES.filter((name) => figures.get(`contract ${name}`)?.passed > 0);
  const store = process.env.PIDGE_TEST_STORE || 'sqlite';
  const parts = tested.length > 0 ? [`contract on ${tested.join(', ')}`] : [];
  parts.push(`servers of the other suites on ${STORES[store]}`);
  const reason = tested.includes('PostgreSQL') || store === 'postgres' ? null : whyNoPostgres();
  if (reason !== null) parts.push(`the real PostgreSQL was skipped: ${reason}`);
  return `engines: ${parts.join('; ')}`;
}

/** Runs Vitest and answers its figures by suite, sorted by name, with a line for everything that failed. */
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
  const failures = [];
  const figuresOf = (suite) => {
    if (!suites.has(suite)) suites.set(suite, { passed: 0, failed: 0, skipped: 0, several: 0 });
    return suites.get(suite);
  };
  for (const file of report.testResults) {
    const path = relative(ROOT, file.name);
    const before = failures.length;
    for (const test of file.assertionResults) {
      const figures = figuresOf(suiteOf(file.name, test.fullName));
      const outcome = test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped';
      figures[outcome] += 1;
      if (outcome === 'skipped' && test.fullName.includes('with several connections')) figures.several += 1;
      if (outcome === 'failed') failures.push(`${path} > ${test.fullName}: ${why(test.failureMessages)}`);
    }
    if (file.status === 'failed' && failures.length === before) {
      figuresOf(suiteOf(file.name, '')).failed += 1;
      failures.push(`${path}: ${why([file.message])}`);
    }
  }
  // An unhandled error outside any test, or no report at all: Vitest says so by its exit code alone.
  if (code !== 0 && failures.length === 0) {
    suites.set('vitest itself', { passed: 0, failed: 1, skipped: 0 });
    failures.push(`vitest itself ended with ${code}: an error outside of any test, shown above`);
  }
  return { suites: [...suites].sort(([a], [b]) => (a < b ? -1 : 1)), failures };
}

/** The first lines of what a test failed by, and where in our own files. */
function why(messages) {
  const lines = stripVTControlCharacters(messages?.[0] ?? '').split('\n');
  const ours = lines.filter((line) => line.trim() !== '' && !/^\s+at .*(node_modules|new Promise)/.test(line));
  return ours.slice(0, 12).join('\n    ') || 'no reason given';
}

/**
 * `tests/walks/x.test.ts` belongs to `tests/walks`, what lies beside the source to `src/<folder>`. The contract of the
 * store is one suite for every engine, and each has its own figures.
 */
function suiteOf(file, test) {
  const [, engine] = /the contract of the store on (\w+)/.exec(test) ?? [];
  if (engine) return `contract ${engine}`;
  const parts = relative(ROOT, file).split(sep);
  return parts.length > 2 ? parts.slice(0, 2).join('/') : (parts[0] ?? 'tests');
}
