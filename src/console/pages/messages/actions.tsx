import { Button, Menu, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Download, Pause, Play, SquareTerminal, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { QueryTerm } from '../../../domain/message-query.ts';
import { admin, adminUrl } from '../../api/client.ts';
import { fetchCredentials } from '../../api/credentials.ts';
import { messagesKey } from '../../api/messages.ts';
import { queries } from '../../api/query.ts';
import { useAccountSid, useMayChange, useSession } from '../../app/session-context.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { copyText } from '../../parts/copy.ts';
import { tellRefusal, useAction } from '../../parts/use-action.ts';
import { visible } from '../../parts/user-text.tsx';
import { apiCall } from './api-call.ts';

interface LiveProps {
  isPaused: boolean;
  onTurn: () => void;
}

/** Stops new rows, or lets them in again. */
export function LiveToggle({ isPaused, onTurn }: LiveProps) {
  return (
    <Tooltip label={isPaused ? 'New messages wait (l)' : 'New messages come in as they happen (l)'}>
      <Button
        variant="default"
        leftSection={isPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
        onClick={onTurn}
        aria-pressed={isPaused}
        data-testid="live-toggle"
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
    </Tooltip>
  );
}

interface Props {
  q: string;
  terms: QueryTerm[];
}

/** What can be done with the messages in view, as a whole. */
export function ListActions({ q, terms }: Props) {
  const account = useAccountSid();
  const { mode, public_url } = useSession();
  const mayClear = useMayChange() && mode === 'dev';
  const [clearing, setClearing] = useState(false);

  const { run: copyCall } = useAction(async () => {
    const credentials = mode === 'serve' ? { sid: account, token: null } : await fetchCredentials(account);
    await copyText(apiCall(public_url, credentials, q, terms), 'API call');
  }, tellRefusal);
  const clear = async (): Promise<void> => {
    const { removed, kept } = await admin<{ removed: number; kept: number }>(`accounts/${account}/messages/clear`, {
      method: 'POST',
      query: { q },
      json: {},
    });
    await queries.resetQueries({ queryKey: messagesKey(account) });
    const still = kept === 0 ? '' : ` ${kept} still on the way ${kept === 1 ? 'stays' : 'stay'}.`;
    notifications.show({ message: `${removed} ${removed === 1 ? 'message' : 'messages'} removed.${still}` });
  };

  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<Download size={14} aria-hidden />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={adminUrl(`accounts/${account}/messages.csv`, { q })} download>
            CSV
          </Menu.Item>
          <Menu.Item component="a" href={adminUrl(`accounts/${account}/messages.ndjson`, { q })} download>
            JSON, one message a line
          </Menu.Item>
          <Menu.Item leftSection={<SquareTerminal size={14} aria-hidden />} onClick={() => void copyCall()}>
            Copy as API call
          </Menu.Item>
          {mayClear && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<Trash2 size={14} aria-hidden />} onClick={() => setClearing(true)}>
                Clear …
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        title={q === '' ? 'Remove every message of this account?' : 'Remove every message that matches?'}
        action="Remove"
        danger
        open={clearing}
        onClose={() => setClearing(false)}
        onConfirm={clear}
      >
        {q !== '' && <p className="mono">{visible(q)}</p>}
        <p>Their texts, files and traces go with them. What is on its way still stays.</p>
      </Confirm>
    </>
  );
}
