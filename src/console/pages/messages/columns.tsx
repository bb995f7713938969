import { ArrowDown, ArrowUp, Paperclip } from 'lucide-react';
import type { MessageRow } from '../../api/messages.ts';
import type { Column } from '../../parts/data-table.tsx';
import { OnPurpose } from '../../parts/on-purpose.tsx';
import { StatusChip } from '../../parts/status-chip.tsx';
import { Time } from '../../parts/time.tsx';
import { UserText } from '../../parts/user-text.tsx';
import classes from './messages.module.css';

/** The columns of the list; `phones` are those that misbehave on purpose. */
export function columnsWith(phones: ReadonlyMap<string, string>): Column<MessageRow>[] {
  const from = (row: MessageRow) => <Address value={row.from ?? row.service_name} />;
  const to = (row: MessageRow) => (
    <>
      <Address value={row.to} arrow />
      <OnPurpose number={row.to} phones={phones} />
    </>
  );
  return [
    { key: 'time', title: 'Date sent', width: '136px', card: 'head', cell: (row) => <When row={row} /> },
    { key: 'direction', title: 'Dir', width: '38px', card: 'head', cell: (row) => <Direction row={row} /> },
    { key: 'from', title: 'From', width: '132px', card: 'pair', cell: from },
    { key: 'to', title: 'To', width: '150px', card: 'pair', cell: to },
    { key: 'body', title: 'Body', cell: (row) => <Body row={row} /> },
    { key: 'segments', title: 'Seg', width: '54px', card: 'none', cell: (row) => <Segments row={row} /> },
    { key: 'status', title: 'Status', width: '138px', card: 'end', cell: (row) => <StatusChip status={row.status} /> },
  ];
}

function When({ row }: { row: MessageRow }) {
  if (row.send_at === null) return <Time at={row.sent_at ?? row.created_at} />;
  return (
    <span className="nowrap">
      due <Time at={row.send_at} as="relative" />
    </span>
  );
}

function Direction({ row }: { row: MessageRow }) {
  const isIn = row.direction === 'inbound';
  const Icon = isIn ? ArrowDown : ArrowUp;
  return <Icon size={15} className={`muted ${classes.direction}`} role="img" aria-label={row.direction} />;
}

/** `null`: a service has not picked the sender yet. */
function Address({ value, arrow = false }: { value: string | null; arrow?: boolean }) {
  return (
    <span className={classes.address}>
      {arrow && <span className={classes.arrow}>→ </span>}
      {value === null ? <span className="muted">not picked yet</span> : <UserText>{value}</UserText>}
    </span>
  );
}

function Body({ row }: { row: MessageRow }) {
  const media = Number(row.num_media);
  return (
    <>
      <span className={classes.body}>
        {row.is_redacted ? <span className="muted">redacted</span> : <UserText>{row.body}</UserText>}
        {media > 0 && (
          <span className={classes.media}>
            <Paperclip size={13} aria-label="files" role="img" />
            {media}
          </span>
        )}
      </span>
      {row.error_code !== null && (
        <span className={classes.error} data-status={row.status}>
          {row.error_code} {row.error_message}
        </span>
      )}
    </>
  );
}

/** `2·U`: two segments in UCS-2. */
function Segments({ row }: { row: MessageRow }) {
  const wide = row.encoding === 'UCS-2';
  return (
    <span
      title={`${row.num_segments} ${row.num_segments === '1' ? 'segment' : 'segments'}${row.encoding ? `, ${row.encoding}` : ''}`}
    >
      {row.num_segments}
      {wide && <span className="muted">·U</span>}
    </span>
  );
}
