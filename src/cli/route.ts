import { type ConfigSources, readConfig } from '../config.ts';
import { formatAddress, parseSender, parseTo } from '../domain/address.ts';
import { CARRIED_CHANNELS, type CarriedChannel } from '../domain/routes.ts';
import { mayText } from '../domain/safety.ts';
import { channelOf } from '../engine/router.ts';
import { plannedRouter } from '../routing.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './terminal.ts';

export interface RouteTryOptions {
  to: string;
  from?: string;
  channel?: string;
  account?: string;
  json: boolean;
}

/** Says by which connectors a message would leave, best first, and why. Reads the settings alone; 6 when there is none. */
export function routeTry(sources: ConfigSources, { to, from, channel, account, json }: RouteTryOptions): number {
  const config = readConfig({ mode: 'serve', ...sources });
  const recipient = parseTo(to);
  if (!recipient) throw new CliError(EXIT.usage, `"${to}" is no recipient. Allowed: +447700900123, whatsapp:+44….`);
  const sender = from === undefined ? null : parseSender(from);
  if (from !== undefined && !sender) throw new CliError(EXIT.usage, `--from "${from}" is no sender.`);
  if (channel !== undefined && !CARRIED_CHANNELS.some((one) => one === channel)) {
    throw new CliError(EXIT.usage, `--channel is "${channel}". Allowed: ${CARRIED_CHANNELS.join(', ')}.`);
  }
  const ask = {
    to: formatAddress(recipient),
    from: sender ? formatAddress(sender) : '',
    channel: (channel as CarriedChannel | undefined) ?? channelOf(sender ?? recipient, recipient, false),
    accountSid: account ?? '',
  };
  const refused = !mayText(config.safety, ask.to) && config.safety.others === 'refuse';
  const { ways, passedOver } = refused ? { ways: [], passedOver: [] } : plannedRouter(config).rank(ask);
  if (json)
    print(JSON.stringify({ ...ask, ways, passedOver, errorCode: refused ? 21608 : ways.length > 0 ? null : 21612 }));
  else {
    print(`${ask.to} by ${ask.channel}${ask.from === '' ? '' : ` from ${ask.from}`}`);
    const width = Math.max(0, ...[...ways, ...passedOver].map(({ connector }) => connector.length));
    for (const [index, way] of ways.entries()) print(`  ${index + 1}  ${way.connector.padEnd(width)}  ${way.why}`);
    for (const one of passedOver) print(`  -  ${one.connector.padEnd(width)}  ${one.why}`);
    if (config.safety.redirectAll !== null)
      print(`  All of it goes to ${config.safety.redirectAll} (safety.redirect_all).`);
  }
  if (ways.length > 0) return EXIT.ok;
  const why = refused
    ? '21608: safety.allow_to does not have it'
    : config.connectors.length === 0
      ? '21612: no carrier is configured. Add one with: pidge connector add'
      : '21612: no route leads there';
  if (!json) print(`  A message would be refused with ${why}.`);
  return EXIT.notFound;
}
