import { Button, Group, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { queries } from '../../api/query.ts';
import { useMayChange } from '../../app/session-context.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useAction } from '../../parts/use-action.ts';
import { UserText } from '../../parts/user-text.tsx';
import {
  addToPool,
  POOLS,
  type Pool,
  type PoolSender,
  removeFromPool,
  type Service,
  servicesKey,
  useAddable,
  usePool,
} from './services.ts';

interface Props {
  account: string;
  service: Service;
}

/** The pool of a service: who is in it, and how one gets in or out. */
export function Senders({ account, service }: Props) {
  const mayChange = useMayChange();
  const { data, error, refetch } = usePool(account, service.sid);
  const refresh = () => queries.invalidateQueries({ queryKey: [...servicesKey(account), service.sid, 'pool'] });

  const removal = useAction(async (sender: PoolSender) => {
    await removeFromPool(account, service.sid, sender);
    await refresh();
  });

  const columns: Column<PoolSender>[] = [
    {
      key: 'address',
      title: 'Sender',
      card: 'head',
      cell: ({ address }) => <UserText className="mono">{address}</UserText>,
    },
    { key: 'kind', title: 'Kind', width: '150px', cell: ({ pool }) => labelOf(pool) },
    { key: 'country', title: 'Country', width: '90px', cell: ({ country }) => country ?? '–' },
    { key: 'sid', title: 'SID', width: '140px', cell: ({ sid }) => <Sid sid={sid} /> },
    {
      key: 'remove',
      title: '',
      width: '110px',
      cell: (sender) =>
        mayChange && (
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => void removal.run(sender)}
            aria-label={`Take out ${sender.address}`}
          >
            Take out
          </Button>
        ),
    },
  ];

  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <>
      {mayChange && <AddSender account={account} service={service} onAdded={refresh} />}
      {removal.error !== null && <Failure error={removal.error} />}
      {data === undefined ? (
        <Skeleton rows={4} />
      ) : data.length === 0 ? (
        <EmptyState title="No senders yet: a message through this service is refused with 21704 until there is one." />
      ) : (
        <DataTable label="Senders" columns={columns} rows={data} rowKey={({ sid }) => sid} fill={false} />
      )}
    </>
  );
}

function AddSender({ account, service, onAdded }: Props & { onAdded: () => Promise<void> }) {
  const [pool, setPool] = useState<Pool>(POOLS[0] as Pool);
  const [sender, setSender] = useState('');
  const addable = useAddable(account, pool);

  const { run, isBusy, error } = useAction(async () => {
    await addToPool(account, service.sid, pool, sender);
    setSender('');
    await onAdded();
  });

  return (
    <>
      <Group align="end" gap="xs" mb="md">
        <Select
          label="Kind"
          data={POOLS.map(({ path, label }) => ({ value: path, label }))}
          value={pool.path}
          allowDeselect={false}
          onChange={(path) => {
            setPool(POOLS.find((one) => one.path === path) ?? pool);
            setSender('');
          }}
        />
        {pool.path === 'AlphaSenders' ? (
          <TextInput
            label="Name"
            placeholder="Reminders"
            value={sender}
            onChange={(event) => setSender(event.currentTarget.value)}
          />
        ) : (
          <Select
            label="Sender"
            data={addable.data ?? []}
            value={sender === '' ? null : sender}
            placeholder={addable.data?.length === 0 ? 'The account has none' : 'Choose'}
            searchable
            onChange={(value) => setSender(value ?? '')}
          />
        )}
        <Button loading={isBusy} disabled={sender === ''} onClick={() => void run()}>
          Add to the pool
        </Button>
      </Group>
      {(error ?? addable.error) != null && <Failure error={error ?? addable.error} />}
    </>
  );
}

function labelOf(path: Pool['path']): string {
  return POOLS.find((one) => one.path === path)?.label ?? path;
}
