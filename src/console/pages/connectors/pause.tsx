import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Confirm } from '../../parts/confirm.tsx';
import { tellRefusal, useAction } from '../../parts/use-action.ts';
import { turn } from './connectors.ts';

const LONGEST_REASON = 200;

/** Asks why, because others will see it. */
export function PauseDialogue({ name, open, onClose }: { name: string; open: boolean; onClose: () => void }) {
  const [reason, setReason] = useState('');
  return (
    <Confirm
      title={`Pause ${name}?`}
      action="Pause"
      open={open}
      onClose={onClose}
      onConfirm={() => turn(name, 'pause', reason.trim())}
    >
      <p>
        Nothing more is handed to it, on any node and through restarts, until it is resumed. What its carrier has goes
        on, and so do receipts and messages that come in.
      </p>
      <TextInput
        mt="sm"
        label="Why"
        description="Shown here, by pidge connector ls and in the traces of messages"
        maxLength={LONGEST_REASON}
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
    </Confirm>
  );
}

export function ResumeButton({ name }: { name: string }) {
  const { run, isBusy } = useAction(async () => {
    await turn(name, 'resume');
    notifications.show({ message: `${name} sends again.` });
  }, tellRefusal);
  return (
    <Button loading={isBusy} onClick={() => void run()}>
      Resume
    </Button>
  );
}
