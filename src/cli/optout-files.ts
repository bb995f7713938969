import { readFileSync, writeFileSync } from 'node:fs';
import type { ConfigSources } from '../config.ts';
import { connect, readAnswer } from './client.ts';
import { CliError, EXIT } from './exit.ts';
import { type OptoutFields, type OptoutOptions, optOutsPath, queryOf } from './optout.ts';
import { plain, print, tell } from './terminal.ts';

/** A request takes 1 MB; a record is some 80 bytes. */
const RECORDS_AT_ONCE = 5_000;

interface Imported {
  added: number;
  unchanged: number;
  refused: number;
  errors: { line: number; parameter: string; received: string; allowed: string; fix: string }[];
}

/** Sends a file in pieces that a request can hold, and tells of every refused row with its line. */
export async function importOptouts(
  sources: ConfigSources,
  file: string,
  { url, json }: OptoutOptions,
): Promise<number> {
  const { base, accountSid, ask } = connect(sources, url);
  const { header, pieces } = divide(readText(file));
  const sum = { added: 0, unchanged: 0, refused: 0 };
  for (const { records, before } of pieces) {
    const body = { type: 'text/csv', text: header + records };
    const answer = readAnswer(await ask(optOutsPath(accountSid, '/import'), { method: 'POST', body }), base);
    const { added, unchanged, refused, errors } = answer as unknown as Imported;
    sum.added += added;
    sum.unchanged += unchanged;
    sum.refused += refused;
    for (const { line, parameter, received, allowed, fix } of errors) {
      tell(`${file}:${line + before}: ${parameter} is "${plain(received)}". Allowed: ${allowed}. ${fix}`);
    }
    if (refused > errors.length) tell(`${file}: and ${refused - errors.length} more.`);
  }
  if (json) print(JSON.stringify(sum));
  else print(`${sum.added} added, ${sum.unchanged} there before, ${sum.refused} refused.`);
  return sum.refused > 0 ? EXIT.refused : EXIT.ok;
}

/** Writes all of them to a new file, or to stdout. */
export async function exportOptouts(
  sources: ConfigSources,
  file: string | undefined,
  filter: OptoutFields,
  { url, json }: OptoutOptions,
): Promise<number> {
  const { accountSid, ask } = connect(sources, url);
  const text = await ask(optOutsPath(accountSid, `.csv${queryOf(filter)}`));
  if (file === undefined) {
    process.stdout.write(text);
    return EXIT.ok;
  }
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    throw new CliError(EXIT.usage, `${file} cannot be written: ${(error as Error).message}`);
  }
  const count = text.split('\n').length - 2;
  print(json ? JSON.stringify({ file, count }) : `${file} has ${count === 1 ? '1 opt-out' : `${count} opt-outs`}.`);
  return EXIT.ok;
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CliError(EXIT.usage, `${file} cannot be read: ${(error as Error).message}`);
  }
}

/** `before`: lines of the file that are not in the piece, for telling where a row is. */
function divide(text: string): { header: string; pieces: { records: string; before: number }[] } {
  const [header = '', ...lines] = text.split(/(?<=\n)/);
  const pieces: { records: string; before: number }[] = [];
  for (let first = 0; first < Math.max(1, lines.length); first += RECORDS_AT_ONCE) {
    pieces.push({ records: lines.slice(first, first + RECORDS_AT_ONCE).join(''), before: first });
  }
  return { header: header.endsWith('\n') ? header : `${header}\n`, pieces };
}
