import { ACCOUNTS_KEY, type Account, useAccounts } from '../../api/accounts.ts';
import { queries } from '../../api/query.ts';
import { useMayChange } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Chip } from '../../parts/status-chip.tsx';
import { UserText } from '../../parts/user-text.tsx';
import { createSubaccount } from './accounts.ts';
import { MakeByName } from './make-by-name.tsx';

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
  const create = async (name: string): Promise<void> => {
    await createSubaccount(main, name);
    await queries.invalidateQueries({ queryKey: ACCOUNTS_KEY });
  };

  return (
    <>
      {mayChange && <MakeByName label="New subaccount" placeholder="Name" action="Make a subaccount" onMake={create} />}
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
