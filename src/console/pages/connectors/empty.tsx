import { Button } from '@mantine/core';
import { useSession } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Snippet } from '../../parts/snippet.tsx';

const ENTRY = `[[connectors]]
kind = "smpp"
name = "acme"
host = "smpp.acme.example"
port = 3550
tls = true
system_id = "yourname"
password = "\${env:ACME_PASSWORD}"
rate = 100`;

const COMMANDS =
  'pidge connector add --name acme --host smpp.acme.example --port 3550 --tls --system-id yourname --password-env ACME_PASSWORD\npidge connector test acme';

/** Nothing leaves this machine yet: how a real carrier is reached. */
export function ConnectorsEmpty() {
  const go = useGo();
  const { mode, reach, test_side: hasPhones } = useSession();
  return (
    <EmptyState
      title={
        reach === 'nobody'
          ? 'There is no carrier yet: messages reach nobody.'
          : 'There is only the simulated carrier: messages reach the phones of this console and nobody else.'
      }
    >
      {hasPhones && <Button onClick={() => go('/phones')}>Open the phones</Button>}
      <p className="muted">
        A real carrier is an entry of pidge.toml
        {mode === 'dev' && ', which pidge serve reads; pidge dev never opens a connection to one'}. The second line of
        the command climbs the way to it step by step and says what is wrong.
      </p>
      <Snippet code={{ 'pidge.toml': ENTRY, Command: COMMANDS }} />
    </EmptyState>
  );
}
