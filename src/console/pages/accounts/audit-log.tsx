import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Time } from '../../parts/time.tsx';
import { UserText } from '../../parts/user-text.tsx';
import { type AuditEntry, useAudit } from './accounts.ts';

const COLUMNS: Column<AuditEntry>[] = [
  { key: 'at', title: 'When', width: '190px', card: 'head', cell: ({ at }) => <Time at={Date.parse(at)} as="both" /> },
  { key: 'user', title: 'Who', width: '180px', cell: ({ user }) => <UserText>{user}</UserText> },
  { key: 'address', title: 'From', width: '130px', cell: ({ address }) => <span className="mono">{address}</span> },
  {
    key: 'what',
    title: 'What',
    cell: ({ verb, path, taken }) => (
      <span className="mono">
        {verb} <UserText>{taken?.query ? `${path}?${taken.query}` : path}</UserText>
        {taken && <strong> {taken.count} taken</strong>}
      </span>
    ),
  },
  { key: 'status', title: 'Answer', width: '80px', align: 'end', cell: ({ status }) => status },
];

/** Sign-ins, every change made below `/_admin`, and files that were taken, newest first. */
export function AuditLog() {
  const { data, error, refetch } = useAudit();
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton rows={6} />;
  if (data.audit.length === 0) {
    return <EmptyState title="Nothing yet: sign-ins, changes and exports at the console are kept here." />;
  }
  return (
    <DataTable
      label="Audit log"
      columns={COLUMNS}
      rows={data.audit}
      rowKey={({ id }) => String(id)}
      rowProps={({ status }) => ({ 'data-tone': status >= 400 ? 'warn' : undefined })}
      fill={false}
    />
  );
}
