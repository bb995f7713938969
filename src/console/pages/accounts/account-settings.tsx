import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { ACCOUNTS_KEY } from '../../api/accounts.ts';
import { queries } from '../../api/query.ts';
import { useMayChange } from '../../app/session-context.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ResourceForm } from '../../parts/resource-form.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Chip } from '../../parts/status-chip.tsx';
import { useAction } from '../../parts/use-action.ts';
import { type AccountResource, accountKey, changeAccount, changeStatus } from './accounts.ts';

const TONES = { active: 'good', suspended: 'warn', closed: 'plain' } as const;

type Ask = 'suspend' | 'close' | null;

/** Name and standing of the account in view. A main account is held by the settings, not by itself. */
export function AccountSettings({ account, isMain }: { account: AccountResource; isMain: boolean }) {
  const mayChange = useMayChange();
  const [asking, setAsking] = useState<Ask>(null);
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: accountKey(account.sid) });
    await queries.invalidateQueries({ queryKey: ACCOUNTS_KEY });
  };
  const set = async (status: AccountResource['status']) => {
    await changeStatus(account, status);
    await refresh();
  };
  const activation = useAction(() => set('active'));

  return (
    <>
      <Group gap="sm">
        <Sid sid={account.sid} what="Account SID" />
        <Chip tone={TONES[account.status]}>{account.status}</Chip>
        <span className="muted">{isMain ? 'main account' : 'subaccount'}</span>
      </Group>
      <div style={{ maxWidth: 480 }}>
        {mayChange && account.status === 'active' && (
          <ResourceForm
            key={account.friendly_name}
            fields={[{ name: 'FriendlyName', label: 'Name' }]}
            present={{ FriendlyName: account.friendly_name }}
            action="Save"
            onSave={async (form) => {
              await changeAccount(account.sid, form);
              await refresh();
            }}
          />
        )}
      </div>
      {mayChange && !isMain && account.status !== 'closed' && (
        <Group mt="md" gap="xs">
          {account.status === 'active' ? (
            <Button variant="default" onClick={() => setAsking('suspend')}>
              Suspend…
            </Button>
          ) : (
            <Button variant="default" loading={activation.isBusy} onClick={() => void activation.run()}>
              Activate
            </Button>
          )}
          <Button variant="subtle" color="red" onClick={() => setAsking('close')}>
            Close…
          </Button>
        </Group>
      )}
      {activation.error !== null && <Failure error={activation.error} />}
      <Confirm
        title={asking === 'close' ? 'Close this subaccount?' : 'Suspend this subaccount?'}
        action={asking === 'close' ? 'Close it for good' : 'Suspend'}
        danger={asking === 'close'}
        open={asking !== null}
        onClose={() => setAsking(null)}
        onConfirm={() => set(asking === 'close' ? 'closed' : 'suspended')}
      >
        {asking === 'close'
          ? 'Its numbers are released and its messages go after 30 days. A closed account cannot be opened again.'
          : 'Its requests are refused and nothing is sent for it until it is activated.'}
      </Confirm>
    </>
  );
}
