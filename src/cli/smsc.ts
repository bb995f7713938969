/** `pidge smsc`: a carrier that speaks SMPP, for rehearsal. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type PemFile, readPair } from '../config-tls.ts';
import { realClock } from '../domain/clock.ts';
import { Smsc, type SmscEvent } from '../simulator/smsc.ts';
import { scriptOf } from '../simulator/smsc-play.ts';
import { deliveriesOf } from '../simulator/smsc-texts.ts';
import { describeStatus } from '../wire/smpp/codes.ts';
import type { Concatenation } from '../wire/smpp/submit-parts.ts';
import { CliError, EXIT } from './exit.ts';
import { type CutPlan, type InboundPlan, readScript } from './smsc-file.ts';
import { type Figures, jsonOf, lineOf, summaryOf } from './smsc-lines.ts';
import { painter, plain, print, tell } from './terminal.ts';
import { parseWait } from './wait.ts';

export interface SmscCommand {
  script?: string;
  flags: Record<string, string | undefined>;
  /** It ends by itself then. */
  for?: string;
  json: boolean;
}

/** How long an unbind of ours is waited for. */
const UNBIND_MS = 2_000;
const HELP = 'in FROM TO TEXT · unbind · drop · owed · quit';

/** Runs until it is interrupted, its time is over, or its console ends it; then it unbinds and prints its figures. */
export async function runSmsc({ script, flags, for: duration, json }: SmscCommand): Promise<number> {
  const problems: string[] = [];
  const options = readScript(script === undefined ? null : { name: script, text: read(script) }, flags, problems);
  const { host, port, play, tls: files } = options;
  const tls = files && readPair(setting('tls_cert', files.cert), setting('tls_key', files.key), problems);
  if (problems.length > 0) throw new CliError(EXIT.config, problems.join('\n'));
  const durationMs = duration === undefined ? null : parseWait(duration);
  const paint = painter(process.stdout);
  const figures = { connections: 0, texts: 0, textsTaken: 0, refused: 0, odd: 0 };
  const show = (event: SmscEvent): void => {
    if (event.kind === 'said' && event.pdu.command.startsWith('bind_') && !event.pdu.commandStatus) begin();
    if (event.kind === 'open') figures.connections += 1;
    if (event.kind === 'odd') figures.odd += 1;
    const isRefusal = event.kind === 'said' && event.pdu.command === 'submit_sm_resp' && event.pdu.commandStatus !== 0;
    if (isRefusal) figures.refused += 1;
    const at = realClock.now();
    print(json ? JSON.stringify(jsonOf(event, at)) : lineOf(event, at, paint));
  };
  const smsc: Smsc = new Smsc({ clock: realClock, keep: 0, receiptMs: 0, watch: show, tls: tls ?? undefined });
  smsc.script = scriptOf(play, realClock, () => smsc.bound);
  const taken = await smsc.listen(port, host).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.taken, `${host}:${port} cannot be listened on: ${error.message}. Choose another --port.`);
  });
  tell(`A carrier listens on ${host}:${taken}${tls ? ' with TLS' : ''}, seed ${play.seed}. Ctrl-C ends it.`);
  if (play.credentials === null) tell('It takes any system_id and password.');
  if (process.stdin.isTTY) tell(HELP);

  let reference = 0;
  const bring = async ({ from, to, text, long }: Pick<InboundPlan, 'from' | 'to' | 'text' | 'long'>): Promise<void> => {
    reference = (reference + 1) & 0xffff;
    const parts = deliveriesOf({ from, to, text }, reference, long);
    if (!parts) return tell(`${plain(from)} or ${plain(to)} is no number. Like: in +12025550101 +12025550100 Hello`);
    figures.texts += 1;
    const statuses = await Promise.all(parts.map((part) => smsc.deliver(part)));
    const bad = statuses.find((status) => status !== 0);
    if (bad === undefined) figures.textsTaken += 1;
    else tell(bad === null ? 'Nobody who is bound took it.' : `It was refused: ${describeStatus(bad).name}.`);
  };
  const cut = ({ how }: Pick<CutPlan, 'how'>): void => (how === 'unbind' ? smsc.unbindAll() : smsc.drop());
  const cancels: (() => void)[] = [];
  let isBegun = false;
  /** The plans of the script count from the first bind. */
  function begin(): void {
    if (isBegun) return;
    isBegun = true;
    for (const plan of options.inbound) cancels.push(repeat(plan, () => void bring(plan)));
    for (const plan of options.cuts) cancels.push(repeat(plan, () => cut(plan)));
  }

  await ended(durationMs, (line) => command(line, { bring, cut, smsc }));
  for (const cancel of cancels) cancel();
  await farewell(smsc);
  const all: Figures = {
    ...figures,
    binds: smsc.binds,
    submits: smsc.submitted,
    receiptsTaken: smsc.reported,
    receiptsOwed: smsc.owed + smsc.forgotten,
  };
  await smsc.close();
  if (json) print(JSON.stringify({ kind: 'summary', ...all }));
  else tell(summaryOf(all));
  return EXIT.ok;
}

interface Console {
  bring(plan: { from: string; to: string; text: string; long: Concatenation }): Promise<void>;
  cut(plan: Pick<CutPlan, 'how'>): void;
  smsc: Smsc;
}

/** A line of the console; answers whether it ends everything. */
function command(line: string, { bring, cut, smsc }: Console): boolean {
  const [word = '', from = '', to = ''] = line.trim().split(/\s+/);
  switch (word) {
    case '':
      return false;
    case 'in': {
      const text = /^\s*in\s+\S+\s+\S+\s+(.+)$/s.exec(line)?.[1];
      if (text) void bring({ from, to, text, long: 'udh-8' });
      else tell('Like: in +12025550101 +12025550100 Hello');
      return false;
    }
    case 'unbind':
      cut({ how: 'unbind' });
      return false;
    case 'drop':
      cut({ how: 'close' });
      return false;
    case 'owed':
      tell(`${smsc.bound} bound, ${smsc.owed} receipts to be taken`);
      return false;
    case 'quit':
      return true;
    default:
      tell(word === 'help' ? HELP : `${plain(word)} is no word of this console: ${HELP}`);
      return false;
  }
}

/** By a signal, its time, or the console. The end of its input is no end: it may have none. */
function ended(durationMs: number | null, hear: (line: string) => boolean): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    if (durationMs !== null) realClock.after(durationMs, resolve);
    createInterface({ input: process.stdin }).on('line', (line) => {
      if (hear(line)) resolve();
    });
  });
}

/** As often as it says, the first time after `afterMs`. */
function repeat({ afterMs, everyMs, count }: { afterMs: number; everyMs: number; count: number }, task: () => void) {
  let left = count;
  let cancel = (): void => undefined;
  const wait = (ms: number): void => {
    cancel = realClock.after(ms, () => {
      task();
      left -= 1;
      if (left > 0) wait(everyMs);
    });
  };
  wait(afterMs);
  return () => cancel();
}

/** Unbinds, and waits for those who are bound to go. */
async function farewell(smsc: Smsc): Promise<void> {
  smsc.unbindAll();
  const until = realClock.monotonic() + UNBIND_MS;
  while (smsc.bound > 0 && realClock.monotonic() < until) {
    await new Promise<void>((resolve) => realClock.after(20, resolve));
  }
}

function setting(name: string, path: string): PemFile {
  return { setting: name, path };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliError(EXIT.config, `${path} cannot be read: ${(error as Error).message}`);
  }
}
