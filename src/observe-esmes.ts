/** Metrics and log lines of the SMPP server. No system_id is a label: strangers choose it. */
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import type { PidgeEvent } from './domain/events.ts';

type EsmeEvent = Extract<PidgeEvent, { type: 'esme.bind' | 'esme.refused' | 'esme.told' }>;

export function makeEsmeMetrics(prefix: string, registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ registers: [registry], name: `${prefix}_esme_${name}_total`, help, labelNames });
  const binds = counter('binds', 'Binds of ESMEs that came, went or were refused, and what they did wrong', ['state']);
  const refused = counter('refused', 'Requests of ESMEs that were refused, by code and status', ['code', 'status']);
  const told = counter('told', 'Receipts and messages brought to ESMEs, by what they made of them', ['told', 'result']);
  return {
    count(event: EsmeEvent): void {
      if (event.type === 'esme.bind') binds.inc({ state: event.state });
      else if (event.type === 'esme.told') told.inc({ told: event.told, result: event.decision });
      else refused.inc({ code: String(event.code), status: `0x${event.commandStatus.toString(16)}` });
    },
  };
}

/** A refused bind is at warn: it is a wrong password, or somebody who guesses. The reason of a submit may name numbers. */
export function logEsme(log: Logger, event: EsmeEvent): void {
  if (event.type === 'esme.bind') {
    const { type, ...rest } = event;
    log[event.state === 'refused' ? 'warn' : event.state === 'odd' ? 'debug' : 'info'](rest, type);
    return;
  }
  if (event.type === 'esme.told') {
    const { type, ...rest } = event;
    log[event.decision === 'gave_up' ? 'info' : 'debug'](rest, type);
    return;
  }
  const { type, why: _why, ...rest } = event;
  log.debug(rest, type);
}
