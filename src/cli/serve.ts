import { startPidge } from '../app.ts';
import { type Config, ConfigError, type ConfigSources, readConfig } from '../config.ts';
import { withoutPassword } from '../config-values.ts';
import { realClock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import { makeLog, makeMetrics, observers } from '../observe.ts';
import { DatabaseRefused } from '../open-store.ts';
import { SealBroken } from '../seal.ts';
import { StoreLocked } from '../store/store.ts';
import { banner, type Product } from './banner.ts';
import { CliError, EXIT } from './exit.ts';
import { liveLines } from './live.ts';
import { loadMasterKey } from './master-key.ts';
import { portHolder } from './port-holder.ts';
import { painter, print, tell } from './terminal.ts';

/** A terminal and npm both pass on one Ctrl-C, so it is heard several times: within this time it counts once. */
const SAME_SIGNAL_MS = 500;

/** Runs `dev` or `serve` until a signal. Resolves with the exit code once everything is closed. */
export async function runServer(product: Product, sources: ConfigSources, options: { json: boolean }): Promise<number> {
  const config = readConfig(sources);
  config.secretKey = loadMasterKey(config);
  const metrics = makeMetrics(product.name);
  const log = makeLog(config.log.level, process.stderr);
  const heard: Observer[] = [metrics.observe, log.observe];
  if (options.json) heard.push((event) => print(JSON.stringify(event, errorsAsText)));
  else if (config.mode === 'dev') heard.push(liveLines(print, painter(process.stdout)));

  // Whoever starts us may stop us before we are up: what hangs would never come to close what it has opened.
  const stopHearing = onSignal(() => process.exit(EXIT.interrupted));
  const running = await startPidge(config, {
    observe: observers(...heard),
    metrics: metrics.text,
    onFatal(error) {
      // The disk failed under a commit: what is durable is known only after a start from disk (settled 34).
      tell(`${product.name}: the store cannot go on: ${String(error)}. Ending; start again once the disk works.`);
      process.exit(EXIT.bug);
    },
  }).catch((error: unknown) => {
    throw explainStart(error, product, config);
  });
  stopHearing();
  const stopAsked = signal();

  const { address, account, esmePort } = running;
  const started = { address, account, esmePort };
  if (options.json) {
    print(JSON.stringify({ type: 'ready', mode: config.mode, address, accountSid: account.sid, smppPort: esmePort }));
  }
  const paint = painter(options.json ? process.stderr : process.stdout);
  const lines = banner(product, config, started, { paint, tokenIsNew: running.account.fresh });
  for (const line of lines) (options.json ? tell : print)(line);

  await stopAsked;
  tell(`${product.name}: stopping`);
  await running.close();
  return EXIT.ok;
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function signal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | null = null;
    const hear = (): void => {
      const now = realClock.monotonic();
      if (first === null) {
        first = now;
        resolve();
      } else if (now - first > SAME_SIGNAL_MS) {
        process.exit(EXIT.interrupted);
      }
    };
    onSignal(hear);
  });
}

/** Answers what ends the hearing. */
function onSignal(hear: () => void): () => void {
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, hear);
  return () => {
    for (const name of names) process.off(name, hear);
  };
}

/** Turns what a start trips over into a text with a remedy; what is nobody's mistake stays as it is. */
function explainStart(error: unknown, product: Product, config: Config): unknown {
  if (error instanceof ConfigError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const { host, port } = config.http;
  if (code === 'EADDRINUSE') {
    const holder = portHolder(port);
    const by = holder === null ? 'by another process' : `by "${holder.command}" (pid ${holder.pid})`;
    return new CliError(
      EXIT.taken,
      `Port ${port} is taken ${by}. Use: ${product.name} ${config.mode} --port ${port + 1}`,
    );
  }
  if (code === 'EACCES' && port < 1024) {
    return new CliError(
      EXIT.config,
      `Port ${port} needs more rights than this user has. Use one above 1023: --port 7670`,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CliError(
      EXIT.config,
      `http.host is "${host}", which is no address of this machine. Use 127.0.0.1 or 0.0.0.0.`,
    );
  }
  if (error instanceof StoreLocked || (error instanceof Error && error.cause instanceof StoreLocked)) {
    return new CliError(
      EXIT.taken,
      `The database ${withoutPassword(config.database)} is in use by another ${product.name}. Stop that one, or use: ${product.name} ${config.mode} --data OTHER_FOLDER`,
    );
  }
  if (error instanceof DatabaseRefused) {
    return new CliError(EXIT.config, `${error.message}\nThe database is ${withoutPassword(config.database)}`);
  }
  if (error instanceof SealBroken) {
    const where = withoutPassword(config.database);
    return new CliError(
      EXIT.config,
      `The database ${where} was sealed with another master key: its tokens do not open with this one. ` +
        `Start with the PIDGE_SECRET_KEY, or the key file of the data folder, that it was made with.`,
    );
  }
  return error;
}

function errorsAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? String(value) : value;
}
