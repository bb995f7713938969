/** Connectors: the ways to carriers, what state each is in, what it does, and what goes over its connections. */
import { useSession } from '../../app/session-context.ts';
import { useView } from '../../app/view.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { ConnectorCard } from './connector-card.tsx';
import classes from './connectors.module.css';
import { figuresOf, useConnectors, useMetrics } from './connectors.ts';
import { ConnectorsEmpty } from './empty.tsx';
import { PduLog } from './pdu-log.tsx';

export default function ConnectorsPage() {
  const { simulated } = useSession();
  const [view, setView] = useView({ log: '' });
  const { data, error, refetch } = useConnectors();
  const metrics = useMetrics();
  const logged = data?.find(({ name }) => name === view.log) ?? null;
  return (
    <>
      <PageHeader title="Connectors" aside={data && <span className="muted">{data.length}</span>} />
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton rows={6} />
      ) : (
        <div className={classes.cards}>
          {data.map((connector) => (
            <ConnectorCard
              key={connector.name}
              connector={connector}
              figures={metrics && figuresOf(metrics, connector.name)}
              onLog={() => setView({ log: connector.name }, true)}
            />
          ))}
          {simulated && <ConnectorsEmpty />}
        </div>
      )}
      <PduLog connector={logged} onClose={() => setView({ log: '' })} />
    </>
  );
}
