/** `pidge connector set` and `rm`: one entry of `[[connectors]]` changed in the settings file, and nothing else. */
import type { TomlTable, TomlValue } from 'smol-toml';
import { knownConnectors } from './connector-names.ts';
import { CliError, EXIT } from './exit.ts';
import { matchOfEntry, matchWords } from './route-words.ts';
import {
  entriesOf,
  lineSet,
  type Place,
  placesOf,
  readText,
  readToml,
  withoutPlace,
  writeChange,
} from './settings-tables.ts';
import { print } from './terminal.ts';

export interface EditOptions {
  config?: string;
  json: boolean;
}

export function removeConnector(name: string, options: EditOptions): number {
  return edited(name, options, 'is no longer in', withoutPlace, () => null);
}

/** `pairs`: `key=value`, values as TOML has them; what is none is a text. */
export function setConnector(name: string, pairs: readonly string[], options: EditOptions): number {
  const wanted = pairs.map(pairOf);
  const change = (lines: string[], { from, to }: Place) =>
    wanted.reduce(
      (all, { key, written }) => lineSet(all, { from, to: to + all.length - lines.length }, key, written),
      lines,
    );
  const into = (entry: TomlTable) => ({
    ...entry,
    ...Object.fromEntries(wanted.map(({ key, value }) => [key, value])),
  });
  return edited(name, options, 'is changed in', change, into);
}

function edited(
  name: string,
  { config = 'pidge.toml', json }: EditOptions,
  done: string,
  change: (lines: string[], place: Place) => string[],
  into: (entry: TomlTable) => TomlTable | null,
): number {
  const before = readText(config);
  const settings = readToml(config, before);
  const entries = entriesOf(settings, 'connectors');
  const at = entries.findIndex((entry) => entry.name === name);
  if (at < 0) {
    const known = entries.map((entry) => String(entry.name ?? entry.kind));
    throw new CliError(EXIT.notFound, `${config} has no connector "${name}". ${knownConnectors(name, known)}`);
  }
  const lines = before.split('\n');
  const place = placesOf(lines, 'connectors')[at];
  const after = place ? change(lines, place).join('\n') : before;
  const entry = into(entries[at] as TomlTable);
  if (entry === null) refuseRouted(name, entriesOf(settings, 'routes'), config);
  const wanted = entry ? entries.with(at, entry) : entries.toSpliced(at, 1);
  writeChange({ path: config, before, after, table: 'connectors', wanted, what: `The entry of "${name}" is` });
  print(
    json
      ? JSON.stringify({ file: config, name })
      : `${name} ${done} ${config}. A running server knows it when it is started again.`,
  );
  return EXIT.ok;
}

function refuseRouted(name: string, routes: readonly TomlTable[], path: string): void {
  const own = routes.filter(({ connector }) => connector === name).map((route) => matchWords(matchOfEntry(route)));
  if (own.length === 0) return;
  throw new CliError(
    EXIT.config,
    `Routes name "${name}": ${[...new Set(own)].join('; ')}. ` +
      `Give these to another with pidge route set, or take them out with pidge route rm.\n${path} is as it was.`,
  );
}

function pairOf(pair: string): { key: string; written: string; value: TomlValue } {
  const [, key = '', text = ''] = /^([a-z_]+)=(.*)$/s.exec(pair) ?? [];
  if (key === '' || key === 'name') {
    throw new CliError(EXIT.usage, `"${pair}" is no change. Allowed: key=value, like rate=30; a name stays.`);
  }
  const isToml = /^(true|false|-?\d+(\.\d+)?|".*"|\[.*\])$/s.test(text);
  const written = isToml ? text : JSON.stringify(text);
  return { key, written, value: readToml('the command', `value = ${written}`).value as TomlValue };
}
