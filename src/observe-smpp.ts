/** Metrics of what goes over connections to carriers. Labels are bounded where it is counted. */
import { Counter, type Registry } from 'prom-client';
import type { CountedPdus } from './domain/pdu-trace.ts';

export function makeSmppMetrics(prefix: string, registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ registers: [registry], name: `${prefix}_smpp_${name}_total`, help, labelNames });
  const pdus = counter('pdus', 'PDUs written and read, by command and status', ['connector', 'command', 'status']);
  const receipts = counter('receipts', 'Receipts by state and error of the carrier', ['connector', 'state', 'err']);
  const unknown = counter('unknown_codes', 'Statuses and states that no specification has', ['connector', 'what']);
  const dropped = counter('pdus_dropped', 'PDUs that were not kept, because too many waited to be', ['connector']);
  return {
    count({ connector, ...counted }: CountedPdus & { connector: string }): void {
      for (const { command, status, count } of counted.pdus) pdus.inc({ connector, command, status }, count);
      for (const { state, err, count } of counted.receipts) receipts.inc({ connector, state, err }, count);
      for (const { what, count } of counted.unknown) unknown.inc({ connector, what }, count);
      if (counted.dropped > 0) dropped.inc({ connector }, counted.dropped);
    },
  };
}
