import { Button } from '@mantine/core';
import { useMayChange } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { ApiCommand } from '../../parts/api-command.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';

const TOLD = {
  ...{ From: '+12025550100', To: '+12025550101', Body: 'Hello' },
  StatusCallback: 'http://localhost:3000/status',
};

/** Nothing was asked yet, or nothing of what is looked for. */
export function WebhooksEmpty({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const go = useGo();
  const mayChange = useMayChange();
  if (isFiltered) {
    return (
      <EmptyState title="No attempt fits.">
        <Button variant="default" onClick={onClear}>
          Show all
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Every request to your app is kept here: status callbacks, and questions how to answer a message.">
      <p className="muted">Send a message with a StatusCallback, or give a number a webhook.</p>
      {mayChange && <Button onClick={() => go('/send', TOLD)}>Send with a StatusCallback</Button>}
      <ApiCommand path="2010-04-01/Accounts/{AC}/Messages.json" form={TOLD} />
    </EmptyState>
  );
}
