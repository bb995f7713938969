import { CODES, explain } from '../domain/catalogue.ts';
import { nearest } from '../domain/nearest.ts';
import { CliError, EXIT } from './exit.ts';
import { type Paint, print } from './terminal.ts';

/** Prints what a code means and what to do, without any server. 6 for a number that is no code. */
export function explainCode(text: string, options: { json: boolean; paint: Paint }): number {
  const entry = /^\d{1,6}$/.test(text) ? explain(Number(text)) : null;
  if (entry === null) {
    const meant = nearest(text, CODES.map(String));
    const isSid = /^[A-Z]{2}[0-9a-f]{32}$/.test(text);
    const hint = isSid
      ? ' Give the code that pidge tail shows beside it.'
      : meant === null
        ? ''
        : ` Did you mean ${meant}?`;
    throw new CliError(EXIT.notFound, `${text} is not a code.${hint}`);
  }
  if (options.json) {
    print(JSON.stringify(entry));
    return EXIT.ok;
  }
  const { paint } = options;
  print(`${paint('bold', String(entry.code))}  ${paint('bold', entry.title)}`);
  const answered = entry.when === 'sync' && entry.status !== null ? `HTTP ${entry.status}` : 'in the callback';
  print(`  ${answered} · side: ${entry.side}`);
  if (entry.meaning) print(`\n  ${entry.meaning}`);
  for (const [title, lines] of [
    ['Causes', entry.causes],
    ['What to do', entry.fixes],
  ] as const) {
    if (lines.length > 0) print(`\n  ${title}`);
    for (const line of lines) print(`  · ${line}`);
  }
  if (entry.reproduce) print(`\n  Reproduce  ${entry.reproduce}`);
  print(`  Read on    https://www.twilio.com/docs/errors/${entry.code}`);
  return EXIT.ok;
}
