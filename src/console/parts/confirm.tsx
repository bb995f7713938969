import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failure } from './failure.tsx';
import { useAction } from './use-action.ts';
import { visible } from './user-text.tsx';

interface Props {
  /** What will happen, as a question: "Delete this message?" */
  title: string;
  /** What cannot be undone, and what goes with it. */
  children?: ReactNode;
  /** Word on the button that does it. */
  action: string;
  /** Word on the button that leaves everything as it is. */
  keep?: string;
  danger?: boolean;
  open: boolean;
  onClose: () => void;
  /** Does it; the dialogue closes when it is done and shows the refusal when it is refused. */
  onConfirm: () => Promise<unknown>;
}

/** Asks before what cannot be taken back. */
export function Confirm(props: Props) {
  const { title, children, action, keep = 'Keep it as it is', danger = false, open, onClose, onConfirm } = props;
  const { run, isBusy, error, forget } = useAction(async () => {
    await onConfirm();
    onClose();
  });
  const close = (): void => {
    forget();
    onClose();
  };
  return (
    <Modal opened={open} onClose={close} title={visible(title)}>
      {children}
      {error !== null && <Failure error={error} />}
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={close}>
          {keep}
        </Button>
        <Button color={danger ? 'red.9' : undefined} loading={isBusy} onClick={() => void run()} data-autofocus>
          {action}
        </Button>
      </Group>
    </Modal>
  );
}
