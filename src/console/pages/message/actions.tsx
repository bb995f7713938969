import { Button, Menu, Textarea, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactNode, useState } from 'react';
import { messagesKey } from '../../api/messages.ts';
import { queries } from '../../api/query.ts';
import { useKey } from '../../app/keys.ts';
import { useMayChange } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useAction } from '../../parts/use-action.ts';
import { type Allowed, cancel, type Detail, detailKey, giveFeedback, redact, remove, resend } from './detail.ts';

interface Props {
  account: string;
  detail: Detail;
}

type Asked = 'redact' | 'delete' | 'edit' | null;

/** What may be done with the message now; what may not says why. */
export function Actions({ account, detail }: Props) {
  const { message, actions, content } = detail;
  const mayChange = useMayChange();
  const go = useGo();
  const [asked, setAsked] = useState<Asked>(null);
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: detailKey(account, message.sid) });
    await queries.invalidateQueries({ queryKey: messagesKey(account) });
  };
  const { run, isBusy, error } = useAction(async (act: () => Promise<unknown>) => {
    await act();
    await refresh();
  });
  const again = async (changes: Record<string, string> = {}): Promise<void> => {
    const made = await resend(account, message.sid, changes);
    notifications.show({ message: 'Sent again, as a new message.' });
    go(`/messages/${made.sid}`);
  };
  useKey('r', 'Send it again', () => void run(() => again()), mayChange && actions.resend.allowed && !isBusy);
  if (!mayChange) return null;

  return (
    <>
      {error !== null && <Failure error={error} />}
      {actions.cancel.allowed && (
        <Button variant="default" onClick={() => void run(() => cancel(account, message.sid))}>
          Cancel
        </Button>
      )}
      <May it={actions.resend}>
        <Button variant="default" disabled={!actions.resend.allowed} onClick={() => void run(() => again())}>
          Send again
        </Button>
      </May>
      <Menu>
        <Menu.Target>
          <Button variant="default">More</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Item it={actions.resend} onClick={() => setAsked('edit')}>
            Edit and send again…
          </Item>
          <Item it={actions.feedback} onClick={() => void run(() => giveFeedback(account, message.sid, 'confirmed'))}>
            Feedback: confirmed
          </Item>
          <Item it={actions.redact} onClick={() => setAsked('redact')}>
            Redact the text…
          </Item>
          <Item it={actions.delete} onClick={() => setAsked('delete')}>
            Delete…
          </Item>
        </Menu.Dropdown>
      </Menu>
      <EditAgain open={asked === 'edit'} text={content.text} onClose={() => setAsked(null)} onSend={again} />
      <Confirm
        title="Redact this message?"
        action="Redact"
        danger
        open={asked === 'redact'}
        onClose={() => setAsked(null)}
        onConfirm={async () => {
          await redact(account, message.sid);
          await refresh();
        }}
      >
        Its text is taken away for good, here and in what is kept of its callbacks. The rest stays.
      </Confirm>
      <Confirm
        title="Delete this message?"
        action="Delete"
        danger
        open={asked === 'delete'}
        onClose={() => setAsked(null)}
        onConfirm={async () => {
          await remove(account, message.sid);
          await queries.invalidateQueries({ queryKey: messagesKey(account) });
          go('/messages');
        }}
      >
        It is gone for good, with its media and traces. Callbacks that are still due go out.
      </Confirm>
    </>
  );
}

function May({ it, children }: { it: Allowed; children: ReactNode }) {
  if (it.allowed) return children;
  return (
    <Tooltip label={it.why} multiline maw={300}>
      <span>{children}</span>
    </Tooltip>
  );
}

function Item({ it, onClick, children }: { it: Allowed; onClick: () => void; children: ReactNode }) {
  return (
    <Menu.Item disabled={!it.allowed} onClick={onClick} title={it.why ?? undefined}>
      {children}
    </Menu.Item>
  );
}

interface EditProps {
  open: boolean;
  text: string;
  onClose: () => void;
  onSend: (changes: Record<string, string>) => Promise<void>;
}

function EditAgain({ open, text, onClose, onSend }: EditProps) {
  const [body, setBody] = useState(text);
  return (
    <Confirm
      title="Edit and send again"
      action="Send"
      keep="Cancel"
      open={open}
      onClose={onClose}
      onConfirm={() => onSend({ Body: body })}
    >
      <Textarea
        label="Body"
        autosize
        minRows={3}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
        data-autofocus
      />
    </Confirm>
  );
}
