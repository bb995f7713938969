/** The command line: words in, exit code out. stdout is data, everything else goes to stderr. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { ConfigError, type ConfigSources, type Mode } from '../config.ts';
import { nearest } from '../domain/nearest.ts';
import { addConfigCommands } from './config-commands.ts';
import { addConnectorCommands } from './connector-commands.ts';
import { addDbCommands } from './db.ts';
import { CliError, EXIT } from './exit.ts';
import { explainCode } from './explain.ts';
import { addOptoutCommands } from './optout-commands.ts';
import { addRouteCommands } from './route-commands.ts';
import { addSmscCommand } from './smsc-command.ts';
import { painter, tell } from './terminal.ts';

const PRODUCT = { name: packageJson.name, version: packageJson.version };

interface Common {
  config?: string;
  data?: string;
  database?: string;
  port?: string;
  host?: string;
  publicUrl?: string;
  role?: string;
  lenient?: boolean;
  json?: boolean;
  url?: string;
}

let exitCode: number = EXIT.ok;

const program = new Command(PRODUCT.name)
  .description('A self-hosted messaging server that speaks the Twilio API.')
  .version(PRODUCT.version, '-V, --version')
  .addHelpText(
    'beforeAll',
    examples([
      [PRODUCT.name, 'start with simulated phones'],
      [`${PRODUCT.name} send --to +12025550101 --body Hello --wait delivered`, 'send one'],
      [`${PRODUCT.name} explain 30003`, 'what a code means'],
      [`PIDGE_SECRET_KEY=… ${PRODUCT.name} serve`, 'start for production'],
    ]),
  )
  .showSuggestionAfterError(true)
  .enablePositionalOptions()
  .exitOverride()
  .configureOutput({ writeErr: (text) => process.stderr.write(text) });

withServerOptions(program.command('dev', { isDefault: true }))
  .description('start with simulated phones (the default)')
  .option('--lenient', 'take any credentials and any sender, on loopback only')
  .action((options: Common) => serve(options, 'dev'));

withServerOptions(program.command('serve'))
  .description('start for production; needs PIDGE_SECRET_KEY')
  .action((options: Common) => serve(options, 'serve'));

withClientOptions(program.command('send'))
  .description('send one message through a running server')
  .requiredOption('--to <number>', 'receiver, like +12025550101')
  .requiredOption('--body <text>', 'text of the message')
  .option('--from <sender>', 'a sender of the account', '+12025550100')
  .option('--callback <url>', 'StatusCallback of the message')
  .option('--wait <status>', 'stay until it has this status, like delivered')
  .option('--timeout <time>', 'longest wait', '30s')
  .action(
    async (
      options: Common & { to: string; body: string; from: string; callback?: string; wait?: string; timeout: string },
    ) => {
      const { send } = await import('./send.ts');
      exitCode = await send(sourcesOf(options), { ...options, json: options.json === true });
    },
  );

withClientOptions(program.command('phone').description('simulated phones of a running dev server').command('send'))
  .description('have a phone send a text, and show what the app answers')
  .argument('<number>', 'the phone, like +12025550101')
  .argument('<text>', 'what it says')
  .option('--to <address>', 'to whom (default: who wrote to it last, else the first number)')
  .option('--channel <name>', 'sms, whatsapp, rcs or messenger')
  .action(async (number: string, body: string, options: Common & { to?: string; channel?: string }) => {
    const { phoneSend } = await import('./phone.ts');
    exitCode = await phoneSend(sourcesOf(options), { number, body }, { ...options, json: options.json === true });
  });

withClientOptions(program.command('tail'))
  .description('follow the messages of a running server')
  .option('-n, --lines <count>', 'begin with this many of the newest', '10')
  .option('--no-follow', 'end after them')
  .action(async (options: Common & { lines: string; follow: boolean }) => {
    if (!/^\d{1,3}$/.test(options.lines))
      throw new CliError(EXIT.usage, `--lines is "${options.lines}". Allowed: 0 to 999.`);
    const { tail } = await import('./tail.ts');
    const { url, follow } = options;
    exitCode = await tail(sourcesOf(options), {
      count: Number(options.lines),
      follow,
      url,
      json: options.json === true,
    });
  });

withClientOptions(program.command('scheduled'))
  .description('what waits for its hour, earliest first')
  .option('-n, --lines <count>', 'at most this many', '50')
  .action(async (options: Common & { lines: string }) => {
    const count = Number(options.lines);
    if (!/^\d{1,4}$/.test(options.lines) || count < 1 || count > 1_000)
      throw new CliError(EXIT.usage, `--lines is "${options.lines}". Allowed: 1 to 1000.`);
    const { scheduled } = await import('./scheduled.ts');
    exitCode = await scheduled(sourcesOf(options), { count, url: options.url, json: options.json === true });
  });

program
  .command('explain <code>')
  .description('what an error code means and what to do; needs no server')
  .option('--json', 'as one line of JSON')
  .action((code: string, options: Common) => {
    exitCode = explainCode(code, { json: options.json === true, paint: painter(process.stdout) });
  });

withClientOptions(program.command('ready'))
  .description('whether a server is ready; ends with 7 when it is not')
  .option('--wait <time>', 'ask again for this long, like 10s', '0s')
  .action(async (options: Common & { wait: string }) => {
    const { ready } = await import('./ready.ts');
    exitCode = await ready(sourcesOf(options), { wait: options.wait, url: options.url, json: options.json === true });
  });

withDataOptions(program.command('verify'))
  .description('check the database, changing nothing; ends with 8 when something does not hold')
  .addOption(
    new Option('--mode <mode>', 'whose database (default: as set, else the one there is)').choices(['dev', 'serve']),
  )
  .action(async (options: Common & { mode: Mode }) => {
    const { verify } = await import('./verify.ts');
    exitCode = await verify(sourcesOf(options, options.mode), { json: options.json === true });
  });

addOptoutCommands(program, {
  withClientOptions,
  sourcesOf,
  ended: (code) => {
    exitCode = code;
  },
});

addRouteCommands(program, {
  sourcesOf: (options) => sourcesOf(options, 'serve'),
  ended: (code) => {
    exitCode = code;
  },
});

addConnectorCommands(program, {
  withClientOptions,
  sourcesOf,
  ended: (code) => {
    exitCode = code;
  },
});

addConfigCommands(program, {
  withDataOptions,
  sourcesOf,
  ended: (code) => {
    exitCode = code;
  },
});

addSmscCommand(program, {
  ended: (code) => {
    exitCode = code;
  },
});

addDbCommands(program, {
  withDataOptions,
  sourcesOf,
  ended: (code) => {
    exitCode = code;
  },
});

function withDataOptions(command: Command): Command {
  return command
    .option('--config <file>', 'settings file (default: pidge.toml when there is one)')
    .option('--data <folder>', 'folder of the database (default: .pidge)')
    .option('--database <file>', 'SQLite file, :memory:, or postgres://…')
    .option('--json', 'one line of JSON for each thing');
}

function withServerOptions(command: Command): Command {
  return withDataOptions(command)
    .option('--port <port>', 'port to listen on, 0 takes a free one (default: 7670)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--public-url <url>', 'what apps call, when that differs')
    .option('--role <roles>', 'what this node does: api, dispatch, callbacks, or all (default)');
}

function withClientOptions(command: Command): Command {
  return command
    .option('--config <file>', 'settings file (default: pidge.toml when there is one)')
    .option('--url <url>', 'where the server is (default: from the settings)')
    .option('--port <port>', 'its port on this machine')
    .option('--json', 'one line of JSON for each thing');
}

async function serve(options: Common, mode: Mode): Promise<void> {
  const { runServer } = await import('./serve.ts');
  exitCode = await runServer(PRODUCT, sourcesOf(options, mode), { json: options.json === true });
}

function sourcesOf(options: Common, mode?: Mode): ConfigSources {
  return {
    mode,
    flags: {
      'http.port': options.port,
      'http.host': options.host,
      'http.public_url': options.publicUrl,
      'node.roles': options.role,
      data: options.data,
      database: options.database,
      strictness: options.lenient === true ? 'lenient' : undefined,
    },
    ...(options.config === undefined ? {} : { file: { name: options.config, text: readSettings(options.config) } }),
  };
}

function readSettings(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliError(EXIT.config, `--config names ${path}, which cannot be read: ${(error as Error).message}`);
  }
}

function examples(rows: [string, string][]): string {
  const width = Math.max(...rows.map(([command]) => command.length));
  return `Examples\n${rows.map(([command, about]) => `  ${command.padEnd(width)}   ${about}`).join('\n')}\n`;
}

function endOf(error: unknown): number {
  // Commander has printed its text already; help and version end well.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CliError) {
    tell(error.message);
    return error.code;
  }
  if (error instanceof ConfigError) {
    for (const problem of error.problems) tell(problem);
    return EXIT.config;
  }
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
  tell('This is a bug in Pidge. Please report it with the lines above.');
  return EXIT.bug;
}

// `pidge tail | head` closes our output: that is the end, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.bug);
});

/** `dev` is the default command, so Commander would take a mistyped command for its argument. */
function refuseUnknownCommand(word: string | undefined): void {
  if (word === undefined || word.startsWith('-')) return;
  const names = [...program.commands.map((command) => command.name()), 'help'];
  if (names.includes(word)) return;
  const meant = nearest(word, names);
  const hint = meant === null ? `See: ${PRODUCT.name} --help` : `Did you mean ${PRODUCT.name} ${meant}?`;
  throw new CliError(EXIT.usage, `${word} is not a command. ${hint}`);
}

try {
  refuseUnknownCommand(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  exitCode = endOf(error);
}
// What a failed start leaves behind must not keep the process: everything worth waiting for has been awaited.
process.exit(exitCode);
