/**
 * Entries of one table (`[[connectors]]`, `[[routes]]`) of the settings file, changed as text, so that all else, comments
 * among it, stays as it is. Whether the text then means what was asked is judged by reading it again; where it does not,
 * because an entry is written in a way that is not understood here, nothing is written.
 */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse, type TomlTable } from 'smol-toml';
import { CliError, EXIT } from './exit.ts';
import { freshProblems, writeSettings } from './settings-file.ts';

type ListedTable = 'connectors' | 'routes';

/** Lines of an entry: `to` is the first behind it. */
export interface Place {
  from: number;
  to: number;
}

interface TableChange {
  path: string;
  before: string;
  after: string;
  table: ListedTable;
  /** What the entries are to be, all of them. */
  wanted: readonly TomlTable[];
  /** Begins the sentence that refuses: `The entry of "acme" is`. */
  what: string;
}

const ANY_HEADER = /^\s*\[/;
const HEADERS: Record<ListedTable, RegExp> = {
  connectors: /^\s*\[\[\s*connectors\s*\]\]/,
  routes: /^\s*\[\[\s*routes\s*\]\]/,
};

/** The text of the file; empty where there is none. */
export function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

export function readToml(from: string, text: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    throw new CliError(EXIT.config, `${from} cannot be read: ${(error as Error).message}`);
  }
}

export function entriesOf(settings: TomlTable, table: ListedTable): TomlTable[] {
  const entries = settings[table];
  return Array.isArray(entries) ? (entries as TomlTable[]) : [];
}

/** Entries end where the next table begins; comments and blank lines just before that belong to what follows. */
export function placesOf(lines: readonly string[], table: ListedTable): Place[] {
  const headers = lines.flatMap((line, index) => (ANY_HEADER.test(line) ? [index] : []));
  return headers.flatMap((from, nth) => {
    if (!HEADERS[table].test(lines[from] ?? '')) return [];
    let to = headers[nth + 1] ?? lines.length;
    while (to > from + 1 && /^\s*(#.*)?$/.test(lines[to - 1] ?? '')) to -= 1;
    return [{ from, to }];
  });
}

/** Without the entry and the blank line behind it. */
export function withoutPlace(lines: string[], { from, to }: Place): string[] {
  return lines.toSpliced(from, to - from + (lines[to]?.trim() === '' ? 1 : 0));
}

/** In its place with what stands behind it, or as the last line of the entry. */
export function lineSet(lines: string[], { from, to }: Place, key: string, written: string): string[] {
  const at = lines.findIndex((line, index) => index > from && index < to && keyOf(line) === key);
  if (at < 0) return lines.toSpliced(to, 0, `${key} = ${written}`);
  const comment = /(?<!\s)\s+#[^"'#]*$/.exec(lines[at] ?? '')?.[0] ?? '';
  return lines.with(at, `${key} = ${written}${comment}`);
}

/** Writes `after`, when it means what is wanted and the server would take it. */
export function writeChange({ path, before, after, table, wanted, what }: TableChange): void {
  const { [table]: _, ...rest } = readToml(path, before);
  const whole = wanted.length > 0 ? { ...rest, [table]: wanted } : rest;
  if (!isDeepStrictEqual(plain(readAgain(after)), plain(whole))) {
    throw new CliError(
      EXIT.config,
      `${what} written in a way that this command does not change safely. Edit ${path} by hand.`,
    );
  }
  const fresh = freshProblems(path, before, after);
  if (fresh.length > 0) throw new CliError(EXIT.config, `${fresh.join('\n')}\n${path} is as it was.`);
  writeSettings(path, after);
}

/** `null`: our own change made it unreadable. */
function readAgain(text: string): TomlTable | null {
  try {
    return parse(text);
  } catch {
    // Told as a way of writing that is not understood here.
    return null;
  }
}

/** What a line sets, if it sets anything. */
function keyOf(line: string): string | undefined {
  return /^\s*([\w-]+)\s*=/.exec(line)?.[1];
}

/** Tables of the parser have no prototype of their own kind everywhere; what they say is compared. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
