/** `pidge route ls`, `set` and `rm`: the entries of `[[routes]]` in the settings file, those for the same messages together. */
import type { TomlTable } from 'smol-toml';
import { CliError, EXIT } from './exit.ts';
import {
  isForAll,
  isSameMatch,
  type Match,
  type MatchFlags,
  matchOf,
  matchOfEntry,
  matchWords,
  numberIn,
  PRIORITY,
  priorityOf,
  WEIGHT,
  type WeightedConnector,
  waysOf,
} from './route-words.ts';
import { carriedChannels } from './settings-file.ts';
import { entriesOf, lineSet, placesOf, readText, readToml, withoutPlace, writeChange } from './settings-tables.ts';
import { plain, print, tell } from './terminal.ts';

interface RouteEdit extends MatchFlags {
  config?: string;
  json: boolean;
}

/** `at`: the entries that are for the same messages. */
interface Edit {
  lines: string[];
  entries: TomlTable[];
  at: number[];
}

interface Routes {
  path: string;
  before: string;
  entries: TomlTable[];
  connectors: string[];
}

const AGAIN = 'A running server knows it when it is started again.';

/** Each route on a line, with the share of its recipients that its weight gives it. Needs no server and no passwords. */
export function listRoutes({ config = 'pidge.toml', json }: { config?: string; json: boolean }): number {
  const { entries, connectors } = routesIn(config);
  const rows = entries.map((entry) => {
    const match = matchOfEntry(entry);
    const [priority, weight] = [numberIn(entry, 'priority'), numberIn(entry, 'weight')];
    const sum = entries
      .filter((one) => numberIn(one, 'priority') === priority && isSameMatch(matchOfEntry(one), match))
      .reduce((all, one) => all + numberIn(one, 'weight'), 0);
    const share = sum === 0 ? null : weight / sum;
    return { connector: String(entry.connector), ...match, priority, weight, share };
  });
  const words = rows.map((row) => plain(matchWords(row)));
  const wide = Math.max(0, ...words.map((text) => text.length));
  const named = Math.max(0, ...rows.map(({ connector }) => connector.length));
  for (const [index, row] of rows.entries()) {
    const { connector, priority, weight, share } = row;
    const part = share === null || share === 1 ? '' : share === 0 ? ', to fall back to' : `, ${percent(share)}`;
    const text = `${words[index]?.padEnd(wide)}  ${plain(connector).padEnd(named)}`;
    print(json ? JSON.stringify(row) : `${text}  priority ${priority}  weight ${weight}${part}`);
  }
  if (rows.length === 0 && !json) print(withoutRoutes(connectors));
  return EXIT.ok;
}

/** Makes `to` all the ways of these messages: what else was there for the same ones goes. */
export function setRoute({ to, priority, ...options }: RouteEdit & { to: string; priority?: string }): number {
  const { path, before, entries, connectors } = routesIn(options.config);
  const match = matchOf(options);
  const ways = waysOf(to, connectors);
  const at = sameAs(entries, match);
  const rank = priority === undefined ? priorityAmong(at.map((index) => entries[index] ?? {})) : priorityOf(priority);
  const isInPlace =
    at.length === ways.length && at.every((index, nth) => entries[index]?.connector === ways[nth]?.connector);
  const text = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  const edit = { lines: text.split('\n'), entries, at };
  const changed = isInPlace ? renumbered(edit, ways, rank) : replaced(edit, match, ways, rank);
  const after = changed.lines.join('\n');
  refuseUncarried(path, after, match, ways);
  const what = `Routes for ${matchWords(match)} are`;
  writeChange({ path, before, after, table: 'routes', wanted: changed.entries, what });
  if (options.json) print(JSON.stringify({ file: path, ...match, priority: rank, ways }));
  else print(`${path} has ${matchWords(match)} by ${wayWords(ways)}. ${AGAIN}`);
  remark(match, changed.entries);
  return EXIT.ok;
}

export function removeRoute(options: RouteEdit): number {
  const { path, before, entries, connectors } = routesIn(options.config);
  const match = matchOf(options);
  const at = sameAs(entries, match);
  if (at.length === 0) {
    const there = [...new Set(entries.map((entry) => matchWords(matchOfEntry(entry))))].join('; ');
    const known = there === '' ? 'There are none.' : `There are: ${there}.`;
    throw new CliError(EXIT.notFound, `${path} has no route for ${matchWords(match)}. ${known}`);
  }
  const changed = without({ lines: before.split('\n'), entries, at });
  const after = changed.lines.join('\n');
  const what = `Routes for ${matchWords(match)} are`;
  writeChange({ path, before, after, table: 'routes', wanted: changed.entries, what });
  if (options.json) print(JSON.stringify({ file: path, ...match }));
  else print(`${path} has no route for ${matchWords(match)} any more. ${AGAIN}`);
  if (changed.entries.length === 0) tell(withoutRoutes(connectors));
  else remark(match, changed.entries);
  return EXIT.ok;
}

function routesIn(path = 'pidge.toml'): Routes {
  const before = readText(path);
  const settings = readToml(path, before);
  const connectors = entriesOf(settings, 'connectors').map(({ name, kind }) => String(name ?? kind));
  return { path, before, entries: entriesOf(settings, 'routes'), connectors };
}

function sameAs(entries: TomlTable[], match: Match): number[] {
  return entries.flatMap((entry, index) => (isSameMatch(matchOfEntry(entry), match) ? [index] : []));
}

/** Of the routes that are there, the one asked first. */
function priorityAmong(entries: TomlTable[]): number {
  return entries.length === 0 ? PRIORITY : Math.min(...entries.map((entry) => numberIn(entry, 'priority')));
}

/** Only numbers that differ change, so what else an entry says stays said. */
function renumbered(edit: Edit, ways: WeightedConnector[], priority: number): Pick<Edit, 'lines' | 'entries'> {
  const places = placesOf(edit.lines, 'routes');
  let { lines, entries } = edit;
  // From the last on, so that the lines of those before stay theirs.
  for (const [nth, index] of [...edit.at.entries()].toReversed()) {
    const [place, entry] = [places[index], edit.entries[index] ?? {}];
    const numbers = { priority, weight: ways[nth]?.weight ?? WEIGHT };
    const before = lines.length;
    for (const key of ['priority', 'weight'] as const) {
      if (numberIn(entry, key) === numbers[key]) continue;
      const to = (place?.to ?? 0) + lines.length - before;
      if (place) lines = lineSet(lines, { from: place.from, to }, key, String(numbers[key]));
      entries = entries.with(index, { ...entries[index], [key]: numbers[key] });
    }
  }
  return { lines, entries };
}

/** In the place of the first that goes, else behind the last route, else at the end. */
function replaced(edit: Edit, match: Match, ways: WeightedConnector[], priority: number) {
  const fresh = ways.map((way) => entryOf(match, way, priority));
  const texts = fresh.map((entry) => [
    '[[routes]]',
    ...Object.entries(entry).map(([key, value]) => `${key} = ${JSON.stringify(value).replaceAll('","', '", "')}`),
  ]);
  const places = placesOf(edit.lines, 'routes');
  const left = without(edit);
  const [first] = edit.at;
  const place = first === undefined ? undefined : places[first];
  const lines = place
    ? left.lines.toSpliced(place.from, 0, ...texts.flatMap((text) => [...text, '']))
    : left.lines.toSpliced(places.at(-1)?.to ?? left.lines.length - 1, 0, ...texts.flatMap((text) => ['', ...text]));
  return { lines, entries: left.entries.toSpliced(first ?? left.entries.length, 0, ...fresh) };
}

function without({ lines, entries, at }: Edit): Pick<Edit, 'lines' | 'entries'> {
  const places = placesOf(lines, 'routes');
  const own = at.flatMap((index) => places[index] ?? []);
  return {
    lines: own.toReversed().reduce(withoutPlace, lines),
    entries: entries.filter((_, index) => !at.includes(index)),
  };
}

function entryOf(match: Match, way: WeightedConnector, priority: number): TomlTable {
  const lists = Object.entries(match).filter(([, list]) => list.length > 0);
  return {
    connector: way.connector,
    ...Object.fromEntries(lists),
    ...(priority !== PRIORITY && { priority }),
    ...(way.weight !== WEIGHT && { weight: way.weight }),
  };
}

function refuseUncarried(path: string, text: string, { channel }: Match, ways: WeightedConnector[]): void {
  if (channel.length === 0) return;
  const carried = carriedChannels(path, text);
  for (const { connector } of ways) {
    const able = carried.get(connector);
    if (!able || channel.some((one) => able.includes(one))) continue;
    throw new CliError(
      EXIT.usage,
      `--channel is ${channel.join(', ')}, and ${connector} carries ${able.join(', ')} alone.`,
    );
  }
}

/** What the file says beside, that one may not have meant. */
function remark(match: Match, entries: TomlTable[]): void {
  for (const entry of entries) {
    const other = matchOfEntry(entry);
    if (isSameMatch(other, match) || !match.to.some((prefix) => other.to.includes(prefix))) continue;
    tell(`Another route stays: ${matchWords(other)} by ${entry.connector}, priority ${numberIn(entry, 'priority')}.`);
  }
  if (!entries.some((entry) => isForAll(matchOfEntry(entry))))
    tell('What no route is for is refused with 21612. One for everything else: pidge route set --to CONNECTOR');
  tell(`See who carries what: pidge route try ${match.to[0] === undefined ? 'NUMBER' : `${match.to[0]}…`}`);
}

function wayWords(ways: WeightedConnector[]): string {
  const sum = ways.reduce((all, { weight }) => all + weight, 0);
  const words = ways.map(({ connector, weight }) => {
    if (weight === 0 && sum > 0) return `${connector} to fall back to`;
    return weight === sum || sum === 0 ? connector : `${connector} (${percent(weight / sum)})`;
  });
  return words.join(', ');
}

function withoutRoutes(connectors: string[]): string {
  if (connectors.length === 0) return 'There is no route, and no connector. Add one: pidge connector add';
  return 'There is no route: the first connector that carries the channel takes everything.';
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
