/** Nothing on this phone yet: how something gets there. */
import { Button } from '@mantine/core';
import { useCredentials, useFirstNumber } from '../../api/credentials.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { snippetsOf } from '../../parts/sdk-snippets.ts';
import { Snippet } from '../../parts/snippet.tsx';

export function ThreadEmpty({ number, name }: { number: string; name: string }) {
  const go = useGo();
  const account = useAccountSid();
  const mayChange = useMayChange();
  const credentials = useCredentials(account);
  const from = useFirstNumber(account);
  const { curl = '' } = snippetsOf({
    base: location.origin,
    account,
    token: credentials?.token ?? null,
    params: [
      ['To', number],
      ['From', from ?? ''],
      ['Body', 'Your code is 482913'],
    ],
  });
  return (
    <EmptyState title={`No messages yet: what ${name} gets and writes appears here.`}>
      {mayChange && (
        <Button variant="default" onClick={() => go('/send', { To: number, From: from ?? '' })}>
          Send it a message
        </Button>
      )}
      {credentials !== null && from !== null && <Snippet code={curl} label="Command" />}
    </EmptyState>
  );
}
