/** `docs/INBOUND-COVERAGE.md`: every test that a row names is there, under that title. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const rows = readFileSync(`${root}docs/INBOUND-COVERAGE.md`, 'utf8')
  .split('\n## Left out')[0]
  ?.split('\n')
  .filter((line) => /^\| (?!Rule|Answer|---)/.test(line));

/** The titles that a row names, by file. */
function namedBy(row: string): Map<string, string[]> {
  const named = new Map<string, string[]>();
  let file = '';
  for (const [, path, title] of row.matchAll(/`([\w/.-]+\.(?:test|suite)\.ts)`|“([^”]+)”/g)) {
    if (path) file = path;
    else if (title) named.set(file, [...(named.get(file) ?? []), title]);
  }
  return named;
}

describe('what is told of messages that come in', () => {
  it('is a table of some length', () => expect(rows?.length).toBeGreaterThan(60));

  it.each(rows ?? [])('%s', (row) => {
    const named = namedBy(row);
    expect(named.size).toBeGreaterThan(0);
    for (const [file, titles] of named) {
      const path = file.startsWith('src/') ? `${root}${file}` : `${root}tests/${file}`;
      expect(existsSync(path), `${file} is there`).toBe(true);
      const text = readFileSync(path, 'utf8');
      for (const title of titles) expect(text.includes(title), `${file} has “${title}”`).toBe(true);
    }
  });
});
