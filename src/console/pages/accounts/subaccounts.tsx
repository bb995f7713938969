import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ACCOUNTS_KEY, type Account, useAccounts } from '../../api/accounts.ts';
import { queries } from '../../api/query.ts';
import { useMayChange } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Chip } from '../../parts/status-chip.tsx';
import { UserText } from '../../parts/user-text.tsx';
import { createSubaccount } from './accounts.ts';

const COLUMNS: Column<Account>[] = [
  { key: 'name', title: 'Name', card: 'head', cell: (one) => <UserText>{one.friendly_name}</UserText> },
  {
    key: 'kind',
    title: 'Kind',
    width: '140px',
    cell: ({ sid, owner_sid }) => (sid === owner_sid ? 'main account' : 'subaccount'),
  },
  {
    key: 'status',
    title: 'Status',
    width: '120px',
    cell: ({ status }) => <Chip tone={status === 'active' ? 'good' : 'warn'}>{status}</Chip>,
  },
  { key: 'sid', title: 'SID', width: '160px', cell: ({ sid }) => <Sid sid={sid} what="Account SID" /> },
];

/** Every account of this server; a new subaccount is the main account's. */
export function Subaccounts({ main }: { main: string }) {
  const mayChange = useMayChange();
  const accounts = useAccounts();
  const go = useGo();
  const [name, setName] = useState('');
  const [error, setError] = useState<unknown>(null);

  const create = async (): Promise<void> => {
    setError(null);
    try {
      await createSubaccount(main, name);
      setName('');
      await queries.invalidateQueries({ queryKey: ACCOUNTS_KEY });
    } catch (refusal) {
      setError(refusal);
    }
  };

  return (
    <>
      {mayChange && (
        <Group align="end" gap="xs" mb="md">
          <TextInput
            label="New subaccount"
            placeholder="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button onClick={() => void create()}>Make a subaccount</Button>
        </Group>
      )}
      {error !== null && <Failure error={error} />}
      <DataTable
        label="Accounts"
        columns={COLUMNS}
        rows={accounts}
        rowKey={({ sid }) => sid}
        onOpen={({ sid }) => go('/accounts', { account: sid })}
        fill={false}
      />
    </>
  );
}
