/** Nothing is scheduled: how to do it, with a command that runs as it is pasted. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { serverNow } from '../../api/clock.ts';
import { useCredentials } from '../../api/credentials.ts';
import { useAnyService } from '../../api/services.ts';
import { useAccountSid, useMayChange, useSession } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { soonAt } from '../../parts/schedule-window.ts';
import { snippetsOf } from '../../parts/sdk-snippets.ts';
import { Snippet } from '../../parts/snippet.tsx';
import { wholeSecond } from '../../parts/time-words.ts';

export function ScheduledEmpty() {
  const go = useGo();
  const mayChange = useMayChange();
  const account = useAccountSid();
  const { public_url: publicUrl, schedule_lead: lead } = useSession();
  // Told once, so that it does not change while it is read.
  const [at] = useState(() => wholeSecond(new Date(soonAt(lead, serverNow())).toISOString()));
  const service = useAnyService();
  const credentials = useCredentials(account);
  const { curl = '' } = snippetsOf({
    base: (publicUrl || location.origin).replace(/\/$/, ''),
    account,
    token: credentials?.token ?? null,
    params: [
      ['To', '+12025550101'],
      ['MessagingServiceSid', service ?? 'MG…'],
      ['Body', 'Your visit is tomorrow'],
      ['SendAt', at],
      ['ScheduleType', 'fixed'],
    ],
  });
  return (
    <EmptyState title="Nothing is scheduled: a message with SendAt waits here for its hour.">
      {mayChange && <Button onClick={() => go('/send')}>Schedule a message</Button>}
      {service !== null && credentials !== null && <Snippet code={curl} label="Command" />}
    </EmptyState>
  );
}
