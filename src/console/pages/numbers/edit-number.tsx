import { Button, Drawer, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { queries } from '../../api/query.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useMayChange, useSession } from '../../app/session-context.ts';
import { Changes } from '../../parts/changes.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { ResourceForm } from '../../parts/resource-form.tsx';
import { Sid } from '../../parts/sid.tsx';
import { numbersKey, type PhoneNumber, presentOf, removeNumber, saveNumber, WEBHOOK_FIELDS } from './numbers.ts';
import { SampleInbound } from './sample-inbound.tsx';

interface Props {
  account: string;
  /** `null`: closed. */
  number: PhoneNumber | null;
  onClose: () => void;
}

/** One number beside the list: its webhooks, a sample text to try them, and its removal. */
export function EditNumber({ account, number, onClose }: Props) {
  return (
    <Drawer opened={number !== null} onClose={onClose} position="right" size="lg" title={number?.phone_number}>
      {number && <Opened key={number.sid} account={account} number={number} onClose={onClose} />}
    </Drawer>
  );
}

function Opened({ account, number, onClose }: { account: string; number: PhoneNumber; onClose: () => void }) {
  const mayChange = useMayChange();
  const { test_side: testSide } = useSession();
  const [removing, setRemoving] = useState(false);
  const refresh = () => queries.invalidateQueries({ queryKey: numbersKey(account) });

  return (
    <>
      <Group gap="md">
        <Sid sid={number.sid} />
        <PageLink to="/messages" search={{ q: `from:${number.phone_number}` }}>
          Messages from it
        </PageLink>
        <PageLink to="/messages" search={{ q: `to:${number.phone_number}` }}>
          Messages to it
        </PageLink>
      </Group>
      <Changes>
        <ResourceForm
          fields={WEBHOOK_FIELDS}
          present={presentOf(number)}
          action="Save"
          onSave={async (changed) => {
            await saveNumber(account, number.sid, changed);
            await refresh();
            notifications.show({ message: `${number.phone_number} is saved.` });
          }}
        />
      </Changes>
      {testSide && mayChange && <SampleInbound number={number} />}
      {mayChange && (
        <Button variant="subtle" color="red" mt="xl" onClick={() => setRemoving(true)}>
          Release this number…
        </Button>
      )}
      <Confirm
        title={`Release ${number.phone_number}?`}
        action="Release"
        danger
        open={removing}
        onClose={() => setRemoving(false)}
        onConfirm={async () => {
          await removeNumber(account, number.sid);
          await refresh();
          onClose();
        }}
      >
        Messages can no longer be sent from it, and texts to it are nobody’s. Messages that were sent stay.
      </Confirm>
    </>
  );
}
