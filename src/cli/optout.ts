import type { ConfigSources } from '../config.ts';
import { connect, readAnswer } from './client.ts';
import { CliError, EXIT } from './exit.ts';
import { plain, print } from './terminal.ts';

export interface OptoutOptions {
  url?: string;
  json: boolean;
}

/** What an opt-out is named by, as it was typed; what is missing is left out of the request. */
export interface OptoutFields {
  scope?: string;
  peer?: string;
  channel?: string;
}

interface WireOptOut {
  channel: string;
  scope: string;
  peer: string;
  source: string;
  at: string;
}

interface WireChange extends WireOptOut {
  change: 'opt-out' | 'opt-in';
  actor: string | null;
}

export function optOutsPath(accountSid: string, below = ''): string {
  return `/_admin/v1/accounts/${accountSid}/opt-outs${below}`;
}

export function queryOf(fields: object): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
}

/** Prints opt-outs, newest first. */
export async function listOptouts(
  sources: ConfigSources,
  filter: OptoutFields,
  { url, json, count }: OptoutOptions & { count: number },
): Promise<number> {
  const { base, accountSid, ask } = connect(sources, url);
  const path = optOutsPath(accountSid, queryOf({ ...filter, PageSize: count }));
  const { opt_outs: found } = readAnswer(await ask(path), base) as unknown as { opt_outs: WireOptOut[] };
  for (const one of found) print(json ? JSON.stringify(one) : lineOf(one));
  if (found.length === 0 && !json) {
    const isAll = Object.values(filter).every((value) => value === undefined);
    print(isAll ? 'Nobody has opted out.' : 'No opt-out fits.');
  }
  return EXIT.ok;
}

export async function addOptout(
  sources: ConfigSources,
  fields: OptoutFields,
  { url, json }: OptoutOptions,
): Promise<number> {
  const { base, accountSid, ask } = connect(sources, url);
  const body = { type: 'application/json', text: JSON.stringify(fields) };
  const made = readAnswer(await ask(optOutsPath(accountSid), { method: 'POST', body }), base) as unknown as WireOptOut;
  print(json ? JSON.stringify(made) : lineOf(made));
  return EXIT.ok;
}

export async function removeOptout(
  sources: ConfigSources,
  fields: OptoutFields,
  { url, json }: OptoutOptions,
): Promise<number> {
  const { accountSid, ask } = connect(sources, url);
  await ask(optOutsPath(accountSid, queryOf(fields)), { method: 'DELETE' }).catch((error: unknown) => {
    if (!(error instanceof CliError) || !error.message.startsWith('20404 ')) throw error;
    const { peer, scope } = fields;
    const text = `20404 ${peer} has not opted out of ${scope}, so nothing was removed.`;
    throw new CliError(EXIT.notFound, `${text}\n  Of what it has: pidge optout list --peer ${peer}`);
  });
  print(json ? JSON.stringify({ removed: 1 }) : `${fields.peer} may be written to from ${fields.scope} again.`);
  return EXIT.ok;
}

/** Prints what was changed, newest first. */
export async function logOptouts(
  sources: ConfigSources,
  { url, json, count }: OptoutOptions & { count: number },
): Promise<number> {
  const { base, accountSid, ask } = connect(sources, url);
  const path = optOutsPath(accountSid, `/log?PageSize=${count}`);
  const { opt_out_log: found } = readAnswer(await ask(path), base) as unknown as { opt_out_log: WireChange[] };
  for (const one of found) {
    const by = one.actor === null ? '' : ` by ${plain(one.actor)}`;
    print(json ? JSON.stringify(one) : `${lineOf(one)}${by}  ${one.change}`);
  }
  if (found.length === 0 && !json) print('Nobody has opted out yet.');
  return EXIT.ok;
}

function lineOf({ at, channel, scope, peer, source }: WireOptOut): string {
  return `${at}  ${plain(peer)} ✕ ${plain(scope)}  ${channel}  ${source}`;
}
