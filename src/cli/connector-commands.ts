import { type Command, Option } from 'commander';
import type { ConfigSources } from '../config.ts';
import type { AddOptions } from './connector-add.ts';
import { CliError, EXIT } from './exit.ts';

/** What `main.ts` hands in, so that these commands find the server as all others do. */
export interface ConnectorCommandParts {
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

type AddFlags = Omit<AddOptions, 'json'> & { json?: boolean };

const EXAMPLES = `
Examples
  pidge connector ls                                    those of a running server
  pidge connector add --name acme --host smpp.acme.example --port 3550 --tls --system-id me --password-env ACME_PASSWORD
  pidge connector set acme rate=30 tls=true             changes its entry there, and nothing else
  pidge connector test acme                             name, connection, TLS, bind, link; sends nothing
  pidge connector test acme --to +12025550101 --from +12025550100   and a message, which the carrier charges
  pidge connector stop acme --reason 'they are migrating'   hands it nothing more, on any node; it goes on hearing
  pidge connector start acme                            goes on
  pidge connector trace acme --follow                   what goes over it, as it goes
  pidge connector trace acme --pcap acme.pcap           for Wireshark
`;

/** Adds `pidge connector …`. */
export function addConnectorCommands(program: Command, parts: ConnectorCommandParts): void {
  const { withClientOptions, sourcesOf, ended } = parts;
  const connector = program
    .command('connector')
    .description('connections to carriers: ls, add, set, rm, test, stop, start, trace')
    .addHelpText('after', EXAMPLES);
  const place = (options: ClientOptions) => ({ url: options.url, json: options.json === true });

  withClientOptions(connector.command('ls'))
    .description('those of a running server, and whether they are bound')
    .action(async (options: ClientOptions) => {
      const { listConnectors } = await import('./connector.ts');
      ended(await listConnectors(sourcesOf(options), place(options)));
    });

  connector
    .command('add')
    .description('write one into the settings file; asks for what is not given')
    .option('--config <file>', 'settings file (default: pidge.toml, made when there is none)')
    .addOption(
      new Option('--kind <kind>', 'of carrier (default: smpp)').choices(['smpp', 'http', 'whatsapp', 'simulated']),
    )
    .option('--name <name>', 'what it is called')
    .option('--host <name>', 'where the carrier is')
    .option('--port <port>', 'and at which port')
    .option('--system-id <id>', 'who we are there')
    .option('--password-env <variable>', 'environment variable that holds the password')
    .option('--preset <preset>', 'of kind http: twilio or android-sms-gateway')
    .option('--base-url <url>', 'of kind http: where the carrier is')
    .option('--username <name>', 'of kind http: who we are there')
    .option('--check-secret-env <variable>', 'of kind http: the same of what it signs its calls with')
    .option('--access-token-env <variable>', 'of kind whatsapp: environment variable that holds the token')
    .option('--app-secret-env <variable>', 'of kind whatsapp: the same of the app secret')
    .option('--verify-token-env <variable>', 'of kind whatsapp: the same of the verify token')
    .option('--phone-number <number=id>', 'of kind whatsapp: a number and its id there')
    .option('--tls', 'with TLS, verified')
    .option('--no-tls', 'in the clear')
    .addOption(new Option('--bind <mode>', 'how it binds').choices(['transceiver', 'pair', 'transmitter', 'receiver']))
    .option('--rate <number>', 'PDUs a second')
    .option('--window <number>', 'submits without an answer')
    .option('--json', 'one line of JSON')
    .action(async (options: AddFlags, command: Command) => {
      const { addConnector } = await import('./connector-add.ts');
      // Commander makes --no-tls the default of --tls; not said is not false.
      const tls = command.getOptionValueSource('tls') === 'cli' ? options.tls : undefined;
      ended(await addConnector({ ...options, tls, json: options.json === true }));
    });

  connector
    .command('set')
    .description('change keys of one in the settings file; comments and everything else stay')
    .argument('<name>', 'of the settings')
    .argument('<key=value...>', 'like rate=30 tls=true host=smpp2.acme.example')
    .option('--config <file>', 'settings file (default: pidge.toml)')
    .option('--json', 'one line of JSON')
    .action(async (name: string, pairs: string[], options: ClientOptions) => {
      const { setConnector } = await import('./connector-edit.ts');
      ended(setConnector(name, pairs, { ...options, json: options.json === true }));
    });

  connector
    .command('rm')
    .description('take one out of the settings file')
    .argument('<name>', 'of the settings')
    .option('--config <file>', 'settings file (default: pidge.toml)')
    .option('--json', 'one line of JSON')
    .action(async (name: string, options: ClientOptions) => {
      const { removeConnector } = await import('./connector-edit.ts');
      ended(removeConnector(name, { ...options, json: options.json === true }));
    });

  connector
    .command('test')
    .description('try the way to a carrier step by step, without a server; ends with what failed')
    .argument('<name>', 'of the settings')
    .option('--config <file>', 'settings file (default: pidge.toml when there is one)')
    .option('--to <number>', 'send one message to this number: the carrier charges it')
    .option('--from <sender>', 'as this sender')
    .option('--body <text>', 'what it says', 'Pidge test')
    .option('--wait <time>', 'how long to wait for the receipt', '60s')
    .option('--json', 'one line of JSON a step')
    .action(
      async (name: string, options: ClientOptions & { to?: string; from?: string; body: string; wait: string }) => {
        const { testConnector } = await import('./connector-test.ts');
        ended(await testConnector(sourcesOf(options), name, { ...options, json: options.json === true }));
      },
    );

  withClientOptions(connector.command('stop'))
    .description('hand it nothing more, on any node, until start; what waits goes by others where routes say so')
    .argument('<name>', 'as ls shows it')
    .option('--reason <text>', 'shown to who looks')
    .action(async (name: string, options: ClientOptions & { reason?: string }) => {
      const { stopConnector } = await import('./connector.ts');
      ended(await stopConnector(sourcesOf(options), name, { ...place(options), reason: options.reason }));
    });

  withClientOptions(connector.command('start'))
    .description('let it send again')
    .argument('<name>', 'as ls shows it')
    .action(async (name: string, options: ClientOptions) => {
      const { startConnector } = await import('./connector.ts');
      ended(await startConnector(sourcesOf(options), name, place(options)));
    });

  withClientOptions(connector.command('trace'))
    .description('what went over the connections of one, on a running server')
    .argument('<name>', 'as ls shows it')
    .option('-n, --lines <count>', 'begin with this many of the newest (default: 50, in a file 1000)')
    .option('--follow', 'and go on with what comes')
    .option('--pcap <file>', 'into a file that Wireshark opens')
    .action(async (name: string, options: ClientOptions & { lines?: string; follow?: boolean; pcap?: string }) => {
      const { traceConnector } = await import('./connector.ts');
      const { pcap, lines = pcap === undefined ? '50' : '1000' } = options;
      const count = Number(lines);
      if (!/^\d{1,4}$/.test(lines) || count < 1 || count > 1_000)
        throw new CliError(EXIT.usage, `--lines is "${lines}". Allowed: 1 to 1000.`);
      const follow = options.follow === true;
      ended(await traceConnector(sourcesOf(options), name, { ...place(options), count, follow, pcap }));
    });
}
