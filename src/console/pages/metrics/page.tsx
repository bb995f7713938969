/** Metrics: what this node has done lately, in eight plots, each also as a table. */
import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { admin, adminUrl } from '../../api/client.ts';
import { known, useView } from '../../app/view.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FailedPage } from '../../parts/failed-page.tsx';
import { Failure } from '../../parts/failure.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Plot } from '../../parts/plot.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Snippet } from '../../parts/snippet.tsx';
import { Time } from '../../parts/time.tsx';
import classes from './metrics.module.css';
import { type Metrics, panelsOf } from './panels.ts';

const RANGES = ['15m', '1h', '6h', '24h'];
const USUAL_RANGE = '1h';
const EVERY_MS = 10_000;

export default function MetricsPage() {
  const [view, setView] = useView({ range: USUAL_RANGE });
  const range = known(view.range, [USUAL_RANGE, ...RANGES]);
  const { data, error, refetch } = useQuery({
    queryKey: ['server', 'metrics', range],
    queryFn: ({ signal }) => admin<Metrics>('metrics', { query: { range }, signal }),
    refetchInterval: EVERY_MS,
    placeholderData: (before) => before,
  });
  if (error && data === undefined) return <FailedPage title="Metrics" error={error} onRetry={() => void refetch()} />;

  return (
    <>
      <PageHeader
        title="Metrics"
        aside={
          data && (
            <span className="muted">
              node <span className="mono">{data.node.name}</span>, since{' '}
              <Time at={data.node.started_at} as="relative" />
            </span>
          )
        }
        actions={
          <SegmentedControl
            size="xs"
            aria-label="Range"
            data={RANGES}
            value={range}
            onChange={(wanted) => setView({ range: wanted })}
          />
        }
      />
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined ? (
        <Skeleton rows={10} />
      ) : data.times.length < 2 ? (
        <EmptyState title="The first figures come some 20 seconds after the start.">
          <Snippet label="Command" code={`curl ${window.location.origin}/metrics`} />
        </EmptyState>
      ) : (
        <Panels data={data} />
      )}
      <p className="muted">
        Kept in memory, by this node alone. For Prometheus, with every label: <a href="/metrics">/metrics</a>, and{' '}
        <a href={adminUrl('metrics/grafana.json')} download>
          a dashboard for Grafana
        </a>
        .
      </p>
    </>
  );
}

function Panels({ data }: { data: Metrics }) {
  const at = data.times.map((seconds) => seconds * 1_000);
  return (
    <div className={classes.plots}>
      {data.plots.map((plot) => (
        <section
          key={plot.id}
          className={classes.plot}
          aria-label={plot.title}
          data-testid="metric"
          data-plot={plot.id}
        >
          {panelsOf(plot).map(({ title, unit, series }, place) => (
            <Plot key={title} title={title} unit={unit} at={at} series={series} height={place === 0 ? 150 : 80} />
          ))}
        </section>
      ))}
    </div>
  );
}
