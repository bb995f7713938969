/** `pidge config init`: a file to begin with. What it says of each setting is the table of settings itself. */
import { KEYS, type Key, type Mode, TABLES } from '../config-keys.ts';
import { EXIT } from './exit.ts';
import { print } from './terminal.ts';

export function initConfig(mode: Mode): number {
  print(fileFor(mode));
  return EXIT.ok;
}

/** TOML in which every setting stands as a comment with its default, so that it changes nothing yet. */
export function fileFor(mode: Mode): string {
  const keys = KEYS.filter(({ path }) => path !== 'mode');
  const top = keys.filter(({ path }) => !path.includes('.'));
  const parts = Map.groupBy(
    keys.filter(({ path }) => path.includes('.')),
    ({ path }) => path.slice(0, path.lastIndexOf('.')),
  );
  const lines = [
    '# Settings of Pidge. Take the # away from what you change. Order: flag, environment, this file, default.',
    '',
  ];
  for (const key of top) lines.push(...entry(key, key.path, mode));
  for (const [part, its] of parts) {
    lines.push(`[${part}]`);
    for (const key of its) lines.push(...entry(key, key.path.slice(part.length + 1), mode));
  }
  lines.push('# Tables that may stand several times:');
  for (const [name, fields] of Object.entries(TABLES)) lines.push(`# [[${name}]]  ${Object.keys(fields).join(', ')}`);
  return lines.join('\n');
}

function entry(key: Key, name: string, mode: Mode): string[] {
  const value = key.default[mode];
  const shown = key.secret ? '"…"' : value === null ? '' : JSON.stringify(value);
  const unset = !key.secret && value === null ? '  (unset)' : '';
  return [`# ${key.about}`, `#${name} = ${shown}${unset}`, ''];
}
