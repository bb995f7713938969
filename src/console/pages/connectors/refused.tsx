import { useQuery } from '@tanstack/react-query';
import { Chip } from '../../parts/status-chip.tsx';
import { visible } from '../../parts/user-text.tsx';
import classes from './connectors.module.css';
import { fetchPdus } from './pdus.ts';

const LOOKED_AT = 200;
const EVERY_MS = 10_000;

/** What went wrong among the newest PDUs that are kept, by status. Nothing where nothing did. */
export function Refused({ name }: { name: string }) {
  const { data = [] } = useQuery({
    queryKey: ['server', 'pdus', name, 'newest'],
    queryFn: ({ signal }) => fetchPdus(name, { limit: LOOKED_AT }, signal),
    refetchInterval: EVERY_MS,
  });
  const wrong = Map.groupBy(
    data.flatMap(({ status }) => (status === null || status.code === 0 ? [] : [status])),
    ({ name: word }) => word,
  );
  if (wrong.size === 0) return null;
  const most = [...wrong].sort(([, a], [, b]) => b.length - a.length);
  return (
    <p className={classes.refused}>
      <span className="muted">Refused lately</span>
      {most.map(([word, { length }]) => (
        <Chip key={word} tone="bad">
          {visible(word)} · {length}
        </Chip>
      ))}
    </p>
  );
}
