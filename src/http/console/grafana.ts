/**
 * `/_admin/v1/metrics/grafana.json`: the plots of the page as a dashboard for Grafana, over all nodes that a Prometheus
 * asks. To be imported as it is: the data source is chosen there.
 */
import type { Download } from '../answer.ts';
import type { ConsoleModule } from './module.ts';

/** Of the names of our metrics. */
const PREFIX = 'pidge';

type Unit = 'reqps' | 's' | 'short' | 'percentunit' | 'bytes';
/** A query of Prometheus and how Grafana names what it gives; `$P_` begins the names of our metrics. */
type Query = [expression: string, legend: string];

interface Plot {
  title: string;
  unit: Unit;
  queries: Query[];
}

const rate = (metric: string, by: string): string => `sum by (${by}) (rate($P_${metric}[$__rate_interval]))`;
const share = (part: number, metric: string): string =>
  `histogram_quantile(${part}, sum by (le) (rate($P_${metric}_bucket[$__rate_interval])))`;
const halfAndMost = (metric: string): Query[] => [
  [share(0.5, metric), 'half of them'],
  [share(0.95, metric), '95 of 100'],
];

export const PLOTS: readonly Plot[] = [
  {
    title: 'Messages accepted',
    unit: 'reqps',
    queries: [
      [rate('messages_accepted_total', 'direction'), '{{direction}}'],
      ['sum(rate($P_messages_inbound_total[$__rate_interval]))', 'inbound'],
    ],
  },
  { title: 'Messages by status', unit: 'reqps', queries: [[rate('messages_total', 'status'), '{{status}}']] },
  { title: 'Failures by code', unit: 'reqps', queries: [[rate('messages_total{code!=""}', 'code'), '{{code}}']] },
  { title: 'Time to delivery', unit: 's', queries: halfAndMost('message_delivery_seconds') },
  {
    title: 'Waiting',
    unit: 'short',
    queries: [
      ['max($P_queue_messages)', 'messages'],
      ['max($P_queue_callbacks)', 'callbacks'],
      ['max($P_queue_replies)', 'replies'],
      ['max($P_receipts_parked)', 'receipts without a message'],
    ],
  },
  {
    title: 'Longest overdue',
    unit: 's',
    queries: [['max by (queue) ($P_queue_overdue_seconds)', '{{queue}}']],
  },
  {
    title: 'Webhooks',
    unit: 'reqps',
    queries: [[rate('webhook_attempts_total', 'kind, result'), '{{kind}} {{result}}']],
  },
  { title: 'Time to answer webhooks', unit: 's', queries: halfAndMost('webhook_seconds') },
  { title: 'API requests', unit: 'reqps', queries: [[rate('api_request_seconds_count', 'status'), '{{status}}']] },
  { title: 'Time to answer requests', unit: 's', queries: halfAndMost('api_request_seconds') },
  {
    title: 'Connectors',
    unit: 'reqps',
    queries: [[rate('connector_sends_total', 'connector, outcome'), '{{connector}} {{outcome}}']],
  },
  {
    title: 'Processor of each node',
    unit: 'percentunit',
    queries: [['rate($P_process_cpu_seconds_total[$__rate_interval])', '{{instance}}']],
  },
  {
    title: 'Memory of each node',
    unit: 'bytes',
    queries: [['$P_process_resident_memory_bytes', '{{instance}}']],
  },
];

/** Two in a row of Grafana's 24 columns. */
const WIDTH = 12;
const HEIGHT = 8;

/** A dashboard in Grafana's JSON model, schema version 39 (Grafana 11); later ones bring it up to date themselves. */
export function dashboard(): Record<string, unknown> {
  const datasource = { type: 'prometheus', uid: '$datasource' };
  return {
    title: 'Pidge',
    uid: PREFIX,
    schemaVersion: 39,
    tags: [PREFIX],
    time: { from: 'now-6h', to: 'now' },
    refresh: '30s',
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
    panels: PLOTS.map(({ title, unit, queries }, index) => ({
      id: index + 1,
      title,
      type: 'timeseries',
      datasource,
      gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: queries.map(([expression, legendFormat], place) => ({
        refId: String.fromCharCode(65 + place),
        datasource,
        expr: expression.replaceAll('$P_', `${PREFIX}_`),
        legendFormat,
      })),
    })),
  };
}

function fetchDashboard(): Download {
  async function* chunks(): AsyncGenerator<string> {
    yield JSON.stringify(dashboard(), null, 2);
  }
  return { kind: 'download', contentType: 'application/json', name: `${PREFIX}-grafana.json`, chunks: chunks() };
}

export const GRAFANA: ConsoleModule = {
  operator: [{ path: 'metrics/grafana.json', verbs: { GET: fetchDashboard } }],
  docs: {
    'GET metrics/grafana.json': {
      summary: 'A dashboard for Grafana, over the metrics that Prometheus reads of all nodes.',
    },
  },
};
