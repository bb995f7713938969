/** `POST …/opt-outs/import`: many opt-outs at once, as an export has them or as another provider's list can be made. */
import { refuse } from '../../domain/errors.ts';
import { type InputFault, type OptOutRow, type ReadRow, readOptOutFile } from '../../domain/opt-out-input.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { findService } from '../messaging/services.ts';
import { actorOf } from './opt-outs.ts';

/** One commit each: a claim of sends waits for the commit before it. */
const AT_ONCE = 1_000;
const AT_A_TURN = 50;
const MOST_SHOWN = 100;

/**
 * A row is taken or refused by itself, and nothing is taken away: to send the same file again changes nothing. Answered
 * when nothing that was under way can reach any of these phones.
 */
export async function importOptOuts(call: Call): Promise<Answer> {
  const file = readOptOutFile(call.csv, call.context.clock.now());
  if (!('rows' in file)) throw refuse(20001, { text: 'The file has no such header' }, file);
  const { refused, ...read } = await readAll(file.rows);
  const known = await servicesIn(call, read.rows);
  const rows = read.rows.filter((row) => {
    const { scope } = row.key;
    if (!scope.startsWith('MG') || known.has(scope)) return true;
    refused.push({ line: row.line, ...unknownService(scope) });
    return false;
  });
  let added = 0;
  for (const [source, some] of Map.groupBy(rows, (row) => row.source)) {
    for (let first = 0; first < some.length; first += AT_ONCE) {
      const keys = some.slice(first, first + AT_ONCE).map(({ key, at }) => ({ ...key, at }));
      const change = { accountSid: call.account.sid, change: 'opt-out', keys, source, actor: actorOf(call) } as const;
      added += (await call.context.changeOptOuts(change)).count;
    }
  }
  const resource = {
    added,
    unchanged: rows.length - added,
    refused: refused.length,
    errors: refused.sort((one, other) => one.line - other.line).slice(0, MOST_SHOWN),
  };
  return { kind: 'resource', status: 200, element: 'Import', resource };
}

/** In turns, so that others are served meanwhile. */
async function readAll(file: Iterable<ReadRow>) {
  const rows: OptOutRow[] = [];
  const refused: (InputFault & { line: number })[] = [];
  let count = 0;
  for (const read of file) {
    if (read.ok) rows.push(read.row);
    else refused.push(read.refused);
    count += 1;
    if (count % AT_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { rows, refused };
}

/** The services that rows name and the account has. */
async function servicesIn(call: Call, rows: OptOutRow[]): Promise<Set<string>> {
  const named = new Set(rows.map(({ key }) => key.scope).filter((scope) => scope.startsWith('MG')));
  const known = new Set<string>();
  for (const sid of named) if (await findService(call, sid)) known.add(sid);
  return known;
}

function unknownService(received: string): InputFault {
  return { parameter: 'scope', received, allowed: 'a service of the account', fix: 'Look at /v1/Services.' };
}
