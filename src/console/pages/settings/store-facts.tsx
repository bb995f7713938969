/** The store, this node and the others, and the tables of the file. */
import { PageLink } from '../../app/page-link.tsx';
import { useHasPage } from '../../app/view.ts';
import { Snippet } from '../../parts/snippet.tsx';
import { Time } from '../../parts/time.tsx';
import { UserText } from '../../parts/user-text.tsx';
import classes from './settings.module.css';
import type { Settings } from './settings.ts';

export function StoreFacts({ settings: { store, this_node: node, nodes, tables } }: { settings: Settings }) {
  const hasMetrics = useHasPage('/plots');
  const waiting = Object.entries(store.waiting).filter(([, count]) => count > 0);
  const used = tables.filter(({ entries }) => entries > 0);
  const facts: [string, React.ReactNode][] = [
    [
      'Store',
      `${store.engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'} ${store.engine_version}, ${sizeOf(store.size_bytes)}`,
    ],
    ['Messages', store.messages.toLocaleString('en')],
    ['Waiting', waiting.length === 0 ? 'nothing' : waiting.map(([name, count]) => `${name}: ${count}`).join(', ')],
    [
      'Schema',
      <UserText key="s" className="mono">
        {store.schema ?? 'unknown'}
      </UserText>,
    ],
    [
      'This node',
      <span key="n">
        <UserText className="mono">{node.name}</UserText> ({node.roles.join(', ')}), up since{' '}
        <Time at={node.started_at} as="relative" />
        {hasMetrics && (
          <>
            {' · '}
            <PageLink to="/plots">Metrics</PageLink>
          </>
        )}
      </span>,
    ],
  ];
  if (nodes.length > 0)
    facts.push(['Nodes', nodes.map(({ address, roles }) => `${address} (${roles.join(', ')})`).join(' · ')]);
  if (used.length > 0) facts.push(['Tables', used.map(({ name, entries }) => `[[${name}]] ${entries}`).join(' · ')]);
  return (
    <section className={classes.facts} aria-label="Store and nodes">
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {store.risk !== null && <p className={classes.risk}>{store.risk}</p>}
      <Snippet label="Backup" code="pidge db backup pidge-backup.db" />
    </section>
  );
}

function sizeOf(bytes: number): string {
  if (bytes < 1_048_576) return `${Math.ceil(bytes / 1_024)} kB`;
  return bytes < 1_073_741_824 ? `${(bytes / 1_048_576).toFixed(1)} MB` : `${(bytes / 1_073_741_824).toFixed(2)} GB`;
}
