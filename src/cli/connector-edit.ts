/**
 * `pidge connector set` and `rm`: one entry of `[[connectors]]` changed in the settings file as text, so that all else,
 * comments among it, stays as it is. Whether the text then means what was asked is judged by reading it again; where it
 * does not, because the entry is written in a way that is not understood here, nothing is written.
 */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse, type TomlTable, type TomlValue } from 'smol-toml';
import { CliError, EXIT } from './exit.ts';
import { problemsOf, writeSettings } from './settings-file.ts';
import { print } from './terminal.ts';

export interface EditOptions {
  config?: string;
  json: boolean;
}

const HEADER = /^\s*\[\[\s*connectors\s*\]\]/;
const ANY_HEADER = /^\s*\[/;

export function removeConnector(name: string, options: EditOptions): number {
  // With the blank line behind it.
  const change = (lines: string[], { from, to }: Place) =>
    lines.toSpliced(from, to - from + (lines[to]?.trim() === '' ? 1 : 0));
  return edited(name, options, 'is no longer in', change, () => null);
}

/** `pairs`: `key=value`, values as TOML has them; what is none is a text. */
export function setConnector(name: string, pairs: readonly string[], options: EditOptions): number {
  const wanted = pairs.map(pairOf);
  const change = (lines: string[], { from, to }: Place) =>
    wanted.reduce((all, { key, written }) => lineSet(all, from, to + all.length - lines.length, key, written), lines);
  const into = (entry: TomlTable) => ({
    ...entry,
    ...Object.fromEntries(wanted.map(({ key, value }) => [key, value])),
  });
  return edited(name, options, 'is changed in', change, into);
}

/** Lines of an entry: `to` is the first behind it. */
interface Place {
  from: number;
  to: number;
}

function edited(
  name: string,
  { config = 'pidge.toml', json }: EditOptions,
  done: string,
  change: (lines: string[], place: Place) => string[],
  into: (entry: TomlTable) => TomlTable | null,
): number {
  const before = existsSync(config) ? readFileSync(config, 'utf8') : '';
  const settings = read(config, before);
  const entries = Array.isArray(settings.connectors) ? (settings.connectors as TomlTable[]) : [];
  const at = entries.findIndex((entry) => entry.name === name);
  if (at < 0) throw new CliError(EXIT.notFound, `${config} has no connector "${name}".`);
  const lines = before.split('\n');
  const place = placesOf(lines)[at];
  const after = place ? change(lines, place).join('\n') : before;
  const entry = into(entries[at] as TomlTable);
  const connectors = entries.flatMap((one, index) => (index === at ? (entry ?? []) : one));
  const { connectors: _, ...rest } = settings;
  const wanted = connectors.length > 0 ? { ...rest, connectors } : rest;
  const isAsWanted = place && isDeepStrictEqual(plain(read(config, after)), plain(wanted));
  if (!isAsWanted) {
    throw new CliError(
      EXIT.config,
      `The entry of "${name}" is written in a way that this command does not change safely. Edit ${config} by hand.`,
    );
  }
  const known = new Set(problemsOf(config, before));
  const fresh = problemsOf(config, after).filter((problem) => !known.has(problem));
  if (fresh.length > 0) throw new CliError(EXIT.config, `${fresh.join('\n')}\n${config} is as it was.`);
  writeSettings(config, after);
  print(
    json
      ? JSON.stringify({ file: config, name })
      : `${name} ${done} ${config}. A running server knows it when it is started again.`,
  );
  return EXIT.ok;
}

/** Entries end where the next table begins; comments and blank lines just before that belong to what follows. */
function placesOf(lines: readonly string[]): Place[] {
  const headers = lines.flatMap((line, index) => (ANY_HEADER.test(line) ? [index] : []));
  return headers.flatMap((from, nth) => {
    if (!HEADER.test(lines[from] ?? '')) return [];
    let to = headers[nth + 1] ?? lines.length;
    while (to > from + 1 && /^\s*(#.*)?$/.test(lines[to - 1] ?? '')) to -= 1;
    return [{ from, to }];
  });
}

/** What a line sets, if it sets anything. */
function keyOf(line: string): string | undefined {
  return /^\s*([\w-]+)\s*=/.exec(line)?.[1];
}

/** In its place with what stands behind it, or as the last line of the entry. */
function lineSet(lines: string[], from: number, to: number, key: string, written: string): string[] {
  const at = lines.findIndex((line, index) => index > from && index < to && keyOf(line) === key);
  if (at < 0) return lines.toSpliced(to, 0, `${key} = ${written}`);
  const comment = /(?<!\s)\s+#[^"'#]*$/.exec(lines[at] ?? '')?.[0] ?? '';
  return lines.with(at, `${key} = ${written}${comment}`);
}

function pairOf(pair: string): { key: string; written: string; value: TomlValue } {
  const [, key = '', text = ''] = /^([a-z_]+)=(.*)$/s.exec(pair) ?? [];
  if (key === '' || key === 'name') {
    throw new CliError(EXIT.usage, `"${pair}" is no change. Allowed: key=value, like rate=30; a name stays.`);
  }
  const isToml = /^(true|false|-?\d+(\.\d+)?|".*"|\[.*\])$/s.test(text);
  const written = isToml ? text : JSON.stringify(text);
  return { key, written, value: read('the command', `value = ${written}`).value as TomlValue };
}

function read(from: string, text: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    throw new CliError(EXIT.config, `${from} cannot be read: ${(error as Error).message}`);
  }
}

/** Tables of the parser have no prototype of their own kind everywhere; what they say is compared. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
