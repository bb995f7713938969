import { Button } from '@mantine/core';
import { EmptyState } from '../parts/empty-state.tsx';
import { PageHeader } from '../parts/page-header.tsx';
import { PageLink } from './page-link.tsx';
import { useSession } from './session-context.ts';
import { useView } from './view.ts';

/** An address that names no page. */
export function NotFound() {
  return (
    <EmptyState title="There is no page at this address.">
      <PageLink to="/messages">Go to Messages</PageLink>
    </EmptyState>
  );
}

/** An address with an account that this server does not have. */
export function UnknownAccount({ sid }: { sid: string }) {
  const { default_account_sid } = useSession();
  const [, setView] = useView({ account: default_account_sid });
  return (
    <>
      <PageHeader title="Account" />
      <EmptyState title={`There is no account ${sid} on this server.`}>
        <Button variant="default" onClick={() => setView({ account: default_account_sid }, true)}>
          Show the first account
        </Button>
      </EmptyState>
    </>
  );
}
