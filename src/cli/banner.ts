import type { Config } from '../config.ts';
import { safetyWarnings } from '../config-routes.ts';
import { isPostgres, withoutPassword } from '../config-values.ts';
import { reachOf } from '../routing.ts';
import type { Paint } from './terminal.ts';

/** The name and version every banner starts with. */
export interface Product {
  name: string;
  version: string;
}

export interface Started {
  /** Where it really listens, as `http://127.0.0.1:7670`. */
  address: string;
  account: { sid: string; token: string };
  /** Where SMPP clients bind, when they can. */
  esmePort?: number;
}

/**
 * The lines a server greets with. `dev` shows everything one needs to send a first message; `serve` shows its token
 * only when it has just been made (`tokenIsNew`), as this is the one time it can be read.
 */
export function banner(
  product: Product,
  config: Config,
  started: Started,
  options: { paint: Paint; tokenIsNew: boolean },
): string[] {
  const { paint } = options;
  const base = config.http.publicUrl ?? friendly(started.address);
  const lines: string[] = [];
  const row = (label: string, text: string): void => {
    lines.push(`  ${label.padEnd(9)} ${text}`);
  };
  const node = (): void => {
    if (isPostgres(config.database)) row('Database', withoutPassword(config.database));
    if (!isWhole(config)) row('Roles', config.node.roles.join(', '));
    const { esmes } = config;
    if (started.esmePort === undefined || !esmes) return;
    row('SMPP', `${esmes.host}:${started.esmePort}   ${esmes.tls ? 'TLS' : paint('yellow', 'in the clear')}`);
  };
  const title = paint('bold', `${product.name} ${product.version}`);
  if (config.mode === 'dev') {
    lines.push(`${title}   dev mode   ${paint('blue', 'SIMULATED')}: nothing leaves this machine`);
    if (config.console.enabled) row('Console', base);
    row('API base', `${base}  (instead of https://api.twilio.com)`);
    row('Account', `${started.account.sid}   token ${started.account.token}`);
    row('Number', '+12025550100        Phones  +12025550101 Ada · +12025550102 Ben');
    node();
    lines.push('  Point the Node SDK here:');
    lines.push(...sdkLines(base, started.account).map((line) => `    ${line}`));
    if (config.strictness === 'lenient') {
      lines.push(
        `  ${paint('yellow', 'LENIENT')}: any credentials and any sender are taken; strict mode would refuse them`,
      );
    }
    return lines;
  }
  const reach = reachOf(config);
  const carriers = config.connectors.flatMap(({ kind, name }) => (kind === 'simulated' ? [] : [name])).join(', ');
  const live =
    reach === 'nobody' ? 'no carrier is configured, so nothing can be sent yet' : `messages leave by ${carriers}`;
  const state =
    reach === 'phones'
      ? `${paint('yellow', 'SIMULATED CARRIER')}: messages reach no real phone`
      : `${paint('red', 'LIVE')}: ${live}`;
  lines.push(`${title}   serve mode   ${state}`);
  if (config.node.roles.includes('api')) {
    const closed = config.console.users.length === 0 ? '  (set PIDGE_ADMIN_PASSWORD to sign in)' : '';
    if (config.console.enabled) row('Console', `${base}${closed}`);
    row('API base', base);
  } else {
    row('Health', `${base}/healthz  (this node serves no API)`);
  }
  row('Account', options.tokenIsNew ? `${started.account.sid}   token ${started.account.token}` : started.account.sid);
  for (const warning of safetyWarnings(config.safety)) lines.push(`  ${paint('yellow', 'GUARDED')}: ${warning}`);
  node();
  if (options.tokenIsNew) lines.push('  This token is shown once. Keep it: it is sealed in the database from now on.');
  return lines;
}

/** Whole, so that it runs as it is pasted. */
function sdkLines(base: string, { sid, token }: Started['account']): string[] {
  return [
    `import twilio from 'twilio';`,
    `const client = twilio('${sid}', '${token}');`,
    `client.api.baseUrl = '${base}';`,
  ];
}

/** Whether one node does everything, as most do: then there is nothing to tell. */
function isWhole(config: Config): boolean {
  return config.node.roles.length === 3;
}

/** `localhost` reads better and is what apps write; other addresses are shown as they are. */
function friendly(address: string): string {
  return address
    .replace('//127.0.0.1:', '//localhost:')
    .replace('//0.0.0.0:', '//localhost:')
    .replace('//[::1]:', '//localhost:');
}
