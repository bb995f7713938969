import { Button } from '@mantine/core';
import { useAnyService } from '../../api/services.ts';
import { useMayChange } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { ApiCommand } from '../../parts/api-command.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { visible } from '../../parts/user-text.tsx';

/** No link was shortened yet, or none is what is looked for. */
export function LinksEmpty({ wanted, onClear }: { wanted: string; onClear: () => void }) {
  const go = useGo();
  const mayChange = useMayChange();
  const service = useAnyService();
  if (wanted !== '') {
    return (
      <EmptyState title={`No address, code or message contains “${visible(wanted)}”.`}>
        <Button variant="default" onClick={onClear}>
          Show all
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No link was shortened yet: a message with ShortenUrls, sent through a Messaging Service, makes some.">
      {mayChange && <Button onClick={() => go('/send')}>Send a message</Button>}
      {service !== null && (
        <ApiCommand
          path="2010-04-01/Accounts/{AC}/Messages.json"
          form={{
            To: '+12025550101',
            MessagingServiceSid: service,
            Body: 'Look: https://shop.example.com/spring/sale',
            ShortenUrls: 'true',
          }}
        />
      )}
    </EmptyState>
  );
}
