/** Numbers: what the account sends from, and who is asked when one of them is texted. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { useView } from '../../app/view.ts';
import { ApiCommand } from '../../parts/api-command.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FailedPage } from '../../parts/failed-page.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Chip } from '../../parts/status-chip.tsx';
import { UserText } from '../../parts/user-text.tsx';
import { AddNumber } from './add-number.tsx';
import { EditNumber } from './edit-number.tsx';
import { type PhoneNumber, useNumbers } from './numbers.ts';

const COLUMNS: Column<PhoneNumber>[] = [
  {
    key: 'number',
    title: 'Number',
    width: '150px',
    card: 'head',
    cell: (one) => <span className="mono nowrap">{one.phone_number}</span>,
  },
  { key: 'name', title: 'Name', width: '200px', cell: (one) => <UserText>{one.friendly_name}</UserText> },
  { key: 'webhook', title: 'A message comes in', cell: (one) => <Webhook number={one} /> },
  {
    key: 'capabilities',
    title: 'Can',
    width: '120px',
    cell: ({ capabilities }) => (
      <span className="muted">
        {[capabilities.sms && 'SMS', capabilities.mms && 'MMS'].filter(Boolean).join(' · ') || '–'}
      </span>
    ),
  },
  { key: 'sid', title: 'SID', width: '140px', cell: ({ sid }) => <Sid sid={sid} /> },
];

export default function NumbersPage() {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const [view, setView] = useView({ q: '', open: '' });
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useNumbers(account, view.q);
  const open = data?.find(({ sid }) => sid === view.open) ?? null;

  if (error) return <FailedPage title="Numbers" error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <PageHeader
        title="Numbers"
        aside={data && <span className="muted">{data.length}</span>}
        actions={
          <>
            <TextInput
              size="xs"
              aria-label="Filter by number or name"
              placeholder="Number or name"
              value={view.q}
              onChange={(event) => setView({ q: event.currentTarget.value })}
              data-filter
            />
            {mayChange && <Button onClick={() => setAdding(true)}>Add a number</Button>}
          </>
        }
      />
      {view.open !== '' && view.q === '' && data !== undefined && open === null && (
        <p className="muted">
          The number <span className="mono">{view.open}</span> is not here: it was released, or belongs to another
          account.
        </p>
      )}
      {data === undefined ? (
        <Skeleton rows={8} />
      ) : data.length === 0 ? (
        <Empty wanted={view.q} onAdd={mayChange ? () => setAdding(true) : undefined} />
      ) : (
        <DataTable
          label="Numbers"
          columns={COLUMNS}
          rows={data}
          rowKey={({ sid }) => sid}
          onOpen={({ sid }) => setView({ open: sid }, true)}
          rowProps={({ sid }) => ({ 'data-testid': 'number-row', 'data-sid': sid })}
          memory="numbers"
        />
      )}
      <AddNumber account={account} open={adding} onClose={() => setAdding(false)} />
      <EditNumber account={account} number={open} onClose={() => setView({ open: '' })} />
    </>
  );
}

function Webhook({ number }: { number: PhoneNumber }) {
  if (number.sms_application_sid) return <Chip tone="info">Application {number.sms_application_sid.slice(0, 8)}…</Chip>;
  if (!number.sms_url) return <span className="muted">Nobody is asked</span>;
  return (
    <span className="mono">
      {number.sms_method} <UserText>{number.sms_url}</UserText>
    </span>
  );
}

function Empty({ wanted, onAdd }: { wanted: string; onAdd?: () => void }) {
  if (wanted !== '') return <EmptyState title={`No number or name contains “${wanted}”.`} />;
  return (
    <EmptyState title="This account has no numbers yet. A number is what its messages come from.">
      {onAdd && <Button onClick={onAdd}>Add a number</Button>}
      <ApiCommand path="2010-04-01/Accounts/{AC}/IncomingPhoneNumbers.json" form={{ PhoneNumber: '+12025550123' }} />
    </EmptyState>
  );
}
