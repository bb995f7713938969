/**
 * Where events end up: metrics for Prometheus and lines for the log. Labels are bounded: no numbers, no SIDs, no URLs.
 * Neither ever holds a body or a token; numbers of people are left out of the log.
 */
import { type DestinationStream, type Logger, pino } from 'pino';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { realClock } from './domain/clock.ts';
import type { Observer, PidgeEvent } from './domain/events.ts';
import { type ConnectorState, makeConnectorMetrics } from './observe-connectors.ts';
import { logEsme, makeEsmeMetrics } from './observe-esmes.ts';
import { callbackKind, hostOf, methodOf, routeOf } from './observe-labels.ts';
import { makeQueueMetrics } from './observe-queues.ts';
import { makeSmppMetrics } from './observe-smpp.ts';
import { type Store, StoreUnavailable } from './store/store.ts';

/** Every observer hears every event, in this order; one that throws would silence the rest, so none may. */
export function observers(...all: Observer[]): Observer {
  return (event) => {
    for (const one of all) one(event);
  };
}

export interface Metrics {
  observe: Observer;
  /** Prometheus text. Gauges are read from store and connectors when asked, so they cost nothing in between. */
  text(store: Pick<Store, 'stats'>, connectors?: readonly ConnectorState[]): Promise<string>;
}

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** Metrics in a registry of their own, named `<prefix>_…`, base units throughout. */
export function makeMetrics(prefix: string): Metrics {
  const registry = new Registry();
  const shared = { registers: [registry] };
  collectDefaultMetrics({ register: registry, prefix: `${prefix}_` });
  const requests = new Histogram({
    ...shared,
    name: `${prefix}_api_request_seconds`,
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: LATENCY_BUCKETS,
  });
  const refusals = new Counter({
    ...shared,
    name: `${prefix}_api_errors_total`,
    help: 'Refused requests by error code',
    labelNames: ['code'],
  });
  const accepted = new Counter({
    ...shared,
    name: `${prefix}_messages_accepted_total`,
    help: 'Messages accepted',
    labelNames: ['direction'],
  });
  const segments = new Counter({
    ...shared,
    name: `${prefix}_segments_total`,
    help: 'Segments of accepted messages',
    labelNames: ['encoding'],
  });
  const statuses = new Counter({
    ...shared,
    name: `${prefix}_messages_total`,
    help: 'Messages that reached a status',
    labelNames: ['status', 'code'],
  });
  const delivery = new Histogram({
    ...shared,
    name: `${prefix}_message_delivery_seconds`,
    help: 'From acceptance to delivered',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600],
  });
  const outcomes = new Counter({
    ...shared,
    name: `${prefix}_connector_sends_total`,
    help: 'Hand-overs to a carrier by outcome',
    labelNames: ['connector', 'outcome'],
  });
  const inbound = new Counter({
    ...shared,
    name: `${prefix}_messages_inbound_total`,
    help: 'Messages that came in',
  });
  const repliesDropped = new Counter({
    ...shared,
    name: `${prefix}_replies_dropped_total`,
    help: 'Replies that were ordered and not sent, by code',
    labelNames: ['code'],
  });
  const alerts = new Counter({
    ...shared,
    name: `${prefix}_alerts_total`,
    help: 'Alerts raised',
    labelNames: ['level', 'code'],
  });
  const optOuts = new Counter({
    ...shared,
    name: `${prefix}_opt_outs_total`,
    help: 'Opt-outs made and taken away',
    labelNames: ['change', 'source'],
  });
  const notices = new Counter({
    ...shared,
    name: `${prefix}_notices_total`,
    help: 'Confirmations of keywords handed to a carrier, by outcome',
    labelNames: ['outcome'],
  });
  const strays = new Counter({
    ...shared,
    name: `${prefix}_inbound_strays_total`,
    help: 'Messages that came in for nobody',
    labelNames: ['connector'],
  });
  const unmatched = new Counter({
    ...shared,
    name: `${prefix}_receipts_unmatched_total`,
    help: 'Receipts that matched no message yet',
    labelNames: ['connector'],
  });
  const callbacks = new Counter({
    ...shared,
    name: `${prefix}_webhook_attempts_total`,
    help: 'Callback attempts by what followed',
    labelNames: ['kind', 'result'],
  });
  const mediaFetches = new Counter({
    ...shared,
    name: `${prefix}_media_fetches_total`,
    help: 'Tries to fetch media, by what followed',
    labelNames: ['result'],
  });
  const mediaBytes = new Counter({ ...shared, name: `${prefix}_media_bytes_total`, help: 'Bytes of fetched media' });
  const callbackTime = new Histogram({
    ...shared,
    name: `${prefix}_webhook_seconds`,
    help: 'Time a callback attempt took',
    buckets: LATENCY_BUCKETS,
  });
  const dropped = new Counter({
    ...shared,
    name: `${prefix}_sends_dropped_total`,
    help: 'Claimed sends not handed over, because the node was no longer sure they were its own',
    labelNames: ['connector'],
  });
  const binds = new Counter({
    ...shared,
    name: `${prefix}_connector_binds_total`,
    help: 'Binds that came or went, and what their carriers did wrong',
    labelNames: ['connector', 'state'],
  });
  const smpp = makeSmppMetrics(prefix, registry);
  const esmes = makeEsmeMetrics(prefix, registry);
  const terms = new Counter({
    ...shared,
    name: `${prefix}_node_terms_total`,
    help: 'Leases of this node that ran out',
  });
  const takenOver = new Counter({
    ...shared,
    name: `${prefix}_works_taken_over_total`,
    help: 'Claims of dead nodes made due again',
  });
  const carriers = makeConnectorMetrics(prefix, registry);
  const faults = new Counter({
    ...shared,
    name: `${prefix}_faults_total`,
    help: 'Bugs and broken machinery, by room',
    labelNames: ['where'],
  });
  const quarantined = new Counter({
    ...shared,
    name: `${prefix}_works_quarantined_total`,
    help: 'Works given up because they broke their room again and again',
    labelNames: ['room'],
  });
  const queues = makeQueueMetrics(prefix, registry);
  const storeUp = new Gauge({ ...shared, name: `${prefix}_store_up`, help: '1 when the store answers' });

  function observe(event: PidgeEvent): void {
    switch (event.type) {
      case 'request':
        requests.observe(
          { method: methodOf(event.method), route: routeOf(event.path), status: String(event.status) },
          event.ms / 1000,
        );
        if (event.errorCode !== undefined) refusals.inc({ code: String(event.errorCode) });
        return;
      case 'message.accepted':
        accepted.inc({ direction: event.direction });
        segments.inc({ encoding: event.encoding }, event.segments);
        return;
      case 'message.released':
        segments.inc({ encoding: event.encoding }, event.segments);
        return;
      case 'message.status':
        statuses.inc({ status: event.status, code: event.errorCode === undefined ? '' : String(event.errorCode) });
        if (event.status === 'delivered') delivery.observe(Math.max(0, event.at - event.createdAt) / 1000);
        return;
      case 'dispatch.outcome':
        outcomes.inc({ connector: event.connector, outcome: event.outcome });
        return;
      case 'dispatch.dropped':
        dropped.inc({ connector: event.connector }, event.works);
        return;
      case 'media.fetched':
        mediaFetches.inc({ result: 'fetched' }, event.files);
        mediaBytes.inc(event.sizeBytes);
        return;
      case 'media.failed':
        mediaFetches.inc({ result: event.isFinal ? 'failed' : 'retry' });
        return;
      case 'node.term':
        terms.inc();
        return;
      case 'node.connector':
        carriers.hold(event.connector, event.held);
        return;
      case 'connector.bind':
        binds.inc({ connector: event.connector, state: event.state });
        return;
      case 'connector.pdus':
        smpp.count(event);
        return;
      case 'esme.bind':
      case 'esme.refused':
      case 'esme.told':
        esmes.count(event);
        return;
      case 'node.took_over':
        takenOver.inc(event.rows);
        return;
      case 'inbound.received':
        inbound.inc();
        return;
      case 'reply.document':
        callbacks.inc({ kind: 'inbound', result: event.errorCode === undefined ? 'done' : 'gave_up' });
        callbackTime.observe(event.ms / 1000);
        return;
      case 'reply.dropped':
        repliesDropped.inc({ code: String(event.code) });
        return;
      case 'alert':
        alerts.inc({ level: event.level, code: String(event.code) });
        return;
      case 'opt-out':
        optOuts.inc({ change: event.change, source: event.source });
        return;
      case 'notice.outcome':
        notices.inc({ outcome: event.outcome });
        return;
      case 'inbound.stray':
        strays.inc({ connector: event.connector });
        return;
      case 'receipt.unmatched':
        unmatched.inc({ connector: event.connector });
        return;
      case 'callback.attempt':
        callbacks.inc({ kind: callbackKind(event.status), result: event.decision });
        callbackTime.observe(event.ms / 1000);
        return;
      case 'fault':
        faults.inc({ where: event.where });
        return;
      case 'work.quarantined':
        quarantined.inc({ room: event.room });
        return;
      case 'lenient':
      case 'message.scheduled':
      case 'caller-id.validated':
      case 'store.migrating':
      case 'connector.pause':
        return;
    }
  }

  return {
    observe,
    async text(store, connectors = []) {
      // Metrics are wanted most while the store is gone; what it would say is then unknown, not 0.
      const stats = await store.stats().catch((error: unknown) => {
        if (error instanceof StoreUnavailable) return null;
        throw error;
      });
      storeUp.set(stats === null ? 0 : 1);
      queues.set(stats, realClock.now());
      carriers.set(connectors);
      return registry.metrics();
    },
  };
}

/**
 * Log lines as JSON on `destination`. One line an event; bodies, numbers and query texts stay out. What is wrong with
 * an app or a request is at info: `dev` shows it as a live line, and its log begins at warn. Warnings are the operator's.
 */
export function makeLog(level: string, destination: DestinationStream): { log: Logger; observe: Observer } {
  const log = pino({ level, base: undefined }, destination);
  function observe(event: PidgeEvent): void {
    switch (event.type) {
      case 'request': {
        const { type, path, ...rest } = event;
        log.debug({ ...rest, path: path.split('?')[0] }, type);
        return;
      }
      case 'message.accepted': {
        const { type, body: _body, from: _from, to: _to, ...rest } = event;
        log.debug(rest, type);
        return;
      }
      case 'callback.attempt': {
        const { type, url, ...rest } = event;
        // Query and user part of a customer's URL may hold secrets; the host is enough to find it.
        log[event.decision === 'gave_up' ? 'info' : 'debug']({ ...rest, host: hostOf(url) }, type);
        return;
      }
      case 'media.failed': {
        const { type, url, ...rest } = event;
        log[event.isFinal ? 'info' : 'debug']({ ...rest, host: hostOf(url) }, type);
        return;
      }
      case 'fault':
        log.error({ where: event.where, err: event.error, at: event.at }, 'fault');
        return;
      case 'lenient':
        log.warn({ code: event.code, at: event.at }, 'lenient');
        return;
      case 'caller-id.validated':
        log.info({ accountSid: event.accountSid, code: event.code, at: event.at }, 'caller-id.validated');
        return;
      case 'message.released': {
        // The reasons name numbers; a message without an hour is one of very many.
        const { type, from: _from, reasons: _reasons, ...rest } = event;
        log[event.wasScheduled ? 'info' : 'debug'](rest, type);
        return;
      }
      case 'message.scheduled':
      case 'inbound.stray':
      case 'store.migrating':
      case 'connector.pause':
      case 'node.connector': {
        const { type, ...rest } = event;
        log.info(rest, type);
        return;
      }
      case 'dispatch.dropped':
      case 'work.quarantined':
      case 'node.term':
      case 'node.took_over': {
        const { type, ...rest } = event;
        log.warn(rest, type);
        return;
      }
      case 'connector.bind': {
        const { type, ...rest } = event;
        // What a carrier does wrong it may do a thousand times a second; the metric counts it.
        log[event.state === 'bound' ? 'info' : event.state === 'lost' ? 'warn' : 'debug'](rest, type);
        return;
      }
      case 'inbound.received': {
        const { type, body: _body, from: _from, to: _to, ...rest } = event;
        log.debug(rest, type);
        return;
      }
      case 'reply.document': {
        const { type, url, ...rest } = event;
        log.debug({ ...rest, host: hostOf(url) }, type);
        return;
      }
      case 'reply.dropped':
      case 'alert': {
        // The text may name numbers, or quote what the app wrote.
        const { type, text: _text, ...rest } = event;
        log[type === 'alert' ? 'info' : 'debug'](rest, type);
        return;
      }
      case 'esme.bind':
      case 'esme.refused':
      case 'esme.told':
        logEsme(log, event);
        return;
      case 'opt-out':
      case 'notice.outcome':
      case 'connector.pdus':
      case 'receipt.unmatched':
      case 'message.status':
      case 'media.fetched':
      case 'dispatch.outcome': {
        const { type, ...rest } = event;
        log.debug(rest, type);
        return;
      }
    }
  }
  return { log, observe };
}
