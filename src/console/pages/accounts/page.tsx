/** Accounts & keys: the account in view, its tokens and keys, its subaccounts, and who did what at the console. */
import { Tabs } from '@mantine/core';
import { useAccountSid } from '../../app/session-context.ts';
import { known, useView } from '../../app/view.ts';
import { FailedPage } from '../../parts/failed-page.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { AccountSettings } from './account-settings.tsx';
import { useAccountResource } from './accounts.ts';
import { AuditLog } from './audit-log.tsx';
import { Keys } from './keys.tsx';
import { Subaccounts } from './subaccounts.tsx';
import { Tokens } from './tokens.tsx';

const TABS = ['account', 'keys', 'subaccounts', 'audit'] as const;

export default function AccountsPage() {
  const account = useAccountSid();
  const [view, setView] = useView({ tab: 'account' });
  const { data, error, refetch } = useAccountResource(account);
  if (error) return <FailedPage title="Accounts & keys" error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton rows={8} />;
  const isMain = data.owner_account_sid === data.sid;

  return (
    <>
      <PageHeader title="Accounts & keys" />
      <Tabs value={known(view.tab, TABS)} onChange={(tab) => setView({ tab: tab ?? 'account' })} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="account">Account and tokens</Tabs.Tab>
          <Tabs.Tab value="keys">API keys</Tabs.Tab>
          <Tabs.Tab value="subaccounts">Accounts</Tabs.Tab>
          <Tabs.Tab value="audit">Audit log</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="account" pt="md">
          <AccountSettings account={data} isMain={isMain} />
          <Tokens account={data} />
        </Tabs.Panel>
        <Tabs.Panel value="keys" pt="md">
          <Keys account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="subaccounts" pt="md">
          <Subaccounts main={data.owner_account_sid} />
        </Tabs.Panel>
        <Tabs.Panel value="audit" pt="md">
          <AuditLog />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
