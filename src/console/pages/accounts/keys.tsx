import { Button } from '@mantine/core';
import { useState } from 'react';
import { queries } from '../../api/query.ts';
import { useMayChange } from '../../app/session-context.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Snippet } from '../../parts/snippet.tsx';
import { Time } from '../../parts/time.tsx';
import { UserText } from '../../parts/user-text.tsx';
import { createKey, type Key, keysKey, removeKey, useKeys } from './accounts.ts';
import { MakeByName } from './make-by-name.tsx';

/** API keys of an account. A secret is shown when it is made, and never again. */
export function Keys({ account }: { account: string }) {
  const mayChange = useMayChange();
  const { data, error, refetch } = useKeys(account);
  const [made, setMade] = useState<{ sid: string; secret: string } | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: keysKey(account) });

  const create = async (name: string): Promise<void> => {
    setMade(await createKey(account, name));
    await refresh();
  };

  const columns: Column<Key>[] = [
    {
      key: 'name',
      title: 'Name',
      card: 'head',
      cell: (one) => <UserText>{one.friendly_name ?? 'without a name'}</UserText>,
    },
    { key: 'sid', title: 'SID', width: '160px', cell: ({ sid }) => <Sid sid={sid} what="Key SID" /> },
    {
      key: 'created',
      title: 'Made',
      width: '200px',
      cell: ({ date_created }) => <Time at={Date.parse(date_created)} as="both" />,
    },
    {
      key: 'revoke',
      title: '',
      width: '110px',
      cell: (key) =>
        mayChange && (
          <Button variant="subtle" color="red" size="compact-xs" onClick={() => setRevoking(key)}>
            Revoke…
          </Button>
        ),
    },
  ];

  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <>
      {mayChange && <MakeByName label="New key" placeholder="What uses it" action="Make a key" onMake={create} />}
      {made && (
        <section aria-label="The new key">
          <p>Its secret is shown this once. An SDK takes both with the account’s SID:</p>
          <Snippet
            label="Key"
            code={`const client = twilio('${made.sid}', '${made.secret}', { accountSid: '${account}' });`}
          />
        </section>
      )}
      {data === undefined ? (
        <Skeleton rows={4} />
      ) : data.length === 0 ? (
        <EmptyState title="No API keys yet: each app can have one of its own, to be revoked alone." />
      ) : (
        <DataTable label="API keys" columns={columns} rows={data} rowKey={({ sid }) => sid} fill={false} />
      )}
      <Confirm
        title={`Revoke ${revoking?.friendly_name ?? 'this key'}?`}
        action="Revoke"
        danger
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        onConfirm={async () => {
          if (revoking) await removeKey(account, revoking.sid);
          await refresh();
        }}
      >
        What still uses it is refused with 20003.
      </Confirm>
    </>
  );
}
