import { type Command, Option } from 'commander';
import type { ConfigSources } from '../config.ts';
import { CliError, EXIT } from './exit.ts';

/** What `main.ts` hands in, so that these commands find the server as all others do. */
export interface OptoutParts {
  withClientOptions(command: Command): Command;
  sourcesOf(options: ClientOptions): ConfigSources;
  ended(exitCode: number): void;
}

interface ClientOptions {
  config?: string;
  url?: string;
  port?: string;
  json?: boolean;
}

interface KeyOptions extends ClientOptions {
  scope: string;
  channel?: string;
}

interface FilterOptions extends ClientOptions {
  scope?: string;
  peer?: string;
  channel?: string;
}

const EXAMPLES = `
Examples
  pidge optout list                                    who wants no more messages
  pidge optout add +12025550101 --scope +12025550100   as if that phone had texted STOP to that number
  pidge optout remove +12025550101 --scope +12025550100
  pidge optout export opt-outs.csv                     all of them: channel,scope,peer,at,source
  pidge optout import opt-outs.csv                     add those of a file; the same file twice changes nothing
  pidge optout log                                     who changed what, and when
`;

/** Adds `pidge optout …`. */
export function addOptoutCommands(program: Command, { withClientOptions, sourcesOf, ended }: OptoutParts): void {
  const optout = program
    .command('optout')
    .description('who wants no more messages: list, add, remove, import, export, log')
    .addHelpText('after', EXAMPLES);
  const add = (name: string) => withClientOptions(optout.command(name));
  const channel = () =>
    new Option('--channel <name>', 'sms (which MMS and RCS share), whatsapp or messenger').choices([
      'sms',
      'whatsapp',
      'messenger',
    ]);
  const withFilter = (command: Command) =>
    command
      .option('--scope <sender>', 'of this sender or service alone')
      .option('--peer <phone>', 'of this phone alone')
      .addOption(channel());
  const withKey = (command: Command) =>
    command
      .argument('<phone>', 'like +12025550101')
      .requiredOption('--scope <sender>', 'a sender like +12025550100, or a service MG…')
      .addOption(channel());
  const place = (options: ClientOptions) => ({ url: options.url, json: options.json === true });

  withFilter(add('list').description('newest first').option('-n, --lines <count>', 'at most this many', '50')).action(
    async (options: FilterOptions & { lines: string }) => {
      const { listOptouts } = await import('./optout.ts');
      const { scope, peer, channel } = options;
      const count = countOf(options.lines);
      ended(await listOptouts(sourcesOf(options), { scope, peer, channel }, { ...place(options), count }));
    },
  );

  withKey(add('add').description('send nothing more to a phone from a sender or a service')).action(
    async (peer: string, options: KeyOptions) => {
      const { addOptout } = await import('./optout.ts');
      const { scope, channel } = options;
      ended(await addOptout(sourcesOf(options), { peer, scope, channel }, place(options)));
    },
  );

  withKey(add('remove').description('it may be written to again; ends with 6 when there was no such opt-out')).action(
    async (peer: string, options: KeyOptions) => {
      const { removeOptout } = await import('./optout.ts');
      const { scope, channel } = options;
      ended(await removeOptout(sourcesOf(options), { peer, scope, channel }, place(options)));
    },
  );

  add('import')
    .description('add the opt-outs of a CSV file; ends with 9 when rows were refused')
    .argument('<file>', 'with a header that has scope and peer; - reads from stdin')
    .action(async (file: string, options: ClientOptions) => {
      const { importOptouts } = await import('./optout-files.ts');
      ended(await importOptouts(sourcesOf(options), file, place(options)));
    });

  withFilter(add('export').description('write them as CSV, which import takes back'))
    .argument('[file]', 'a new file (default: stdout)')
    .action(async (file: string | undefined, options: FilterOptions) => {
      const { exportOptouts } = await import('./optout-files.ts');
      const { scope, peer, channel } = options;
      ended(await exportOptouts(sourcesOf(options), file, { scope, peer, channel }, place(options)));
    });

  add('log')
    .description('what was changed, by whom and when, newest first')
    .option('-n, --lines <count>', 'at most this many', '50')
    .action(async (options: ClientOptions & { lines: string }) => {
      const { logOptouts } = await import('./optout.ts');
      ended(await logOptouts(sourcesOf(options), { ...place(options), count: countOf(options.lines) }));
    });
}

function countOf(lines: string): number {
  const count = Number(lines);
  if (/^\d{1,4}$/.test(lines) && count >= 1 && count <= 1_000) return count;
  throw new CliError(EXIT.usage, `--lines is "${lines}". Allowed: 1 to 1000.`);
}
