/** Replays what was given up since an instant: counted first, then queued. */
import { Button, Group, Modal, NativeSelect, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { attemptsKey, replayFailed } from '../../api/attempts.ts';
import { queries } from '../../api/query.ts';
import { useAccountSid } from '../../app/session-context.ts';
import { Failure } from '../../parts/failure.tsx';
import { useAction } from '../../parts/use-action.ts';
import classes from './webhooks.module.css';

interface Props {
  open: boolean;
  url: string;
  since: string;
  onClose: () => void;
}

export function ReplayFailed({ open, url, since, onClose }: Props) {
  return (
    <Modal opened={open} onClose={onClose} title="Replay what was given up">
      {open && <Form url={url} since={since === '' ? '1h' : since} onClose={onClose} />}
    </Modal>
  );
}

function Form({ url: firstUrl, since: firstSince, onClose }: Omit<Props, 'open'>) {
  const account = useAccountSid();
  const [since, setSince] = useState(firstSince);
  const [url, setUrl] = useState(firstUrl);
  const wanted = { since, ...(url.trim() !== '' && { url: url.trim() }) };
  const { data, error } = useQuery({
    queryKey: [...attemptsKey(account), 'failed', wanted],
    queryFn: () => replayFailed(account, { ...wanted, dry_run: true }),
  });
  const replay = useAction(async () => {
    const { queued } = await replayFailed(account, { ...wanted, dry_run: false });
    await queries.invalidateQueries({ queryKey: attemptsKey(account) });
    notifications.show({ message: `${queued} queued again.` });
    onClose();
  });
  const problem = replay.error ?? error;
  const more = data && !data.is_complete ? ' or more; the newest are taken first' : '';
  return (
    <div className={classes.ask}>
      <NativeSelect
        label="Given up within the last"
        data={[
          { value: '15m', label: '15 minutes' },
          { value: '1h', label: 'hour' },
          { value: '24h', label: 'day' },
          { value: '7d', label: 'week' },
        ]}
        value={since}
        onChange={({ currentTarget }) => setSince(currentTarget.value)}
      />
      <TextInput label="URL holds" value={url} onChange={({ currentTarget }) => setUrl(currentTarget.value)} />
      <p aria-live="polite">
        {data === undefined ? 'Counting…' : `${data.count} to replay${more}.`}
        {data && data.not_replayable > 0 && (
          <span className="muted">
            {' '}
            {data.not_replayable} asked how to answer a message: open such a one to ask again.
          </span>
        )}
      </p>
      {problem != null && <Failure error={problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={replay.isBusy} disabled={!data?.count} onClick={() => void replay.run()}>
          Replay {data?.count ?? ''}
        </Button>
      </Group>
    </div>
  );
}
