/** `pidge connector test NAME`: the staircase to a carrier, told step by step. */
import { type Config, type ConfigSources, readConfig } from '../config.ts';
import type { ConnectorSetting } from '../config-connectors.ts';
import { climb } from '../connectors/staircase/climb.ts';
import type { Step } from '../connectors/staircase/ground.ts';
import { parseSender, parseTo } from '../domain/address.ts';
import { ownUrl } from './client.ts';
import { knownConnectors } from './connector-names.ts';
import { CliError, EXIT } from './exit.ts';
import { painter, plain, print } from './terminal.ts';
import { parseWait } from './wait.ts';

export interface TestOptions {
  to?: string;
  from?: string;
  body: string;
  wait: string;
  json: boolean;
}

/** Ends with the code of the step that failed. */
export async function testConnector(sources: ConfigSources, name: string, options: TestOptions): Promise<number> {
  const config = readConfig({ ...sources, mode: 'serve' });
  const setting = settingOf(config, name);
  const { to, from, body, json } = options;
  if ((to === undefined) !== (from === undefined)) {
    throw new CliError(EXIT.usage, '--to and --from go together: whom the message is for, and as whom it leaves.');
  }
  if (to !== undefined && !parseTo(to)) throw new CliError(EXIT.usage, `--to is "${to}". Allowed: like +12025550101.`);
  if (from !== undefined && !parseSender(from)) {
    throw new CliError(
      EXIT.usage,
      `--from is "${from}". Allowed: a number, a short code or a name that is registered.`,
    );
  }
  const paint = painter(process.stdout);
  let exit: number = EXIT.ok;
  const said = { to, from, body, addressing: '--to and --from' };
  const asked = { ...said, ownUrl: () => ownUrl(config.http), waitMs: parseWait(options.wait) };
  for await (const step of climb(setting, asked)) {
    const { fault, ...told } = step;
    if (fault !== null) exit = EXIT[fault];
    if (json) print(JSON.stringify({ ...told, exit: fault === null ? EXIT.ok : EXIT[fault] }));
    else for (const line of linesOf(step, paint)) print(line);
  }
  return exit;
}

function settingOf({ connectors }: Config, name: string): ConnectorSetting {
  const found = connectors.find((one) => one.name === name);
  if (!found) {
    const names = connectors.map((one) => one.name);
    throw new CliError(EXIT.notFound, `No connector is named "${name}". ${knownConnectors(name, names)}`);
  }
  return found;
}

function linesOf({ step, outcome, text, ms, causes }: Step, paint: ReturnType<typeof painter>): string[] {
  const mark = { ok: paint('green', '✓'), failed: paint('red', '✗'), skipped: paint('dim', '–') }[outcome];
  const time = ms === null ? '' : paint('dim', `  ${ms} ms`);
  const lines = [`${mark} ${step.padEnd(8)} ${plain(text)}${time}`];
  for (const [index, { why, fix }] of causes.entries()) {
    lines.push(`    ${index + 1}. ${plain(why)}`, `       ${plain(fix)}`);
  }
  return lines;
}
