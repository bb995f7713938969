/** One Messaging Service in four steps: name, senders, incoming messages, features; and whom it would pick. */
import { Button, Tabs } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { queries } from '../../api/query.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { known, useGo, useView } from '../../app/view.ts';
import { Changes } from '../../parts/changes.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { FailedPage } from '../../parts/failed-page.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { type Field, ResourceForm } from '../../parts/resource-form.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { visible } from '../../parts/user-text.tsx';
import { FEATURE_FIELDS, INCOMING_FIELDS, NAME_FIELDS, presentOf } from './fields.ts';
import { PickTrial } from './pick-trial.tsx';
import { Senders } from './senders.tsx';
import { removeService, type Service, saveService, servicesKey, useService } from './services.ts';

const LIST = {
  to: '/services',
  label: 'Messaging Services',
  gone: 'This Messaging Service is not here: it was deleted, or belongs to another account.',
};
const STEPS = ['senders', 'incoming', 'features', 'name', 'pick'] as const;

export default function ServicePage() {
  const account = useAccountSid();
  const { sid = '' } = useParams({ strict: false });
  const mayChange = useMayChange();
  const go = useGo();
  const [view, setView] = useView({ step: 'senders' });
  const [removing, setRemoving] = useState(false);
  const { data, error, refetch } = useService(account, sid);
  if (error) return <FailedPage title="Messaging Service" error={error} onRetry={() => void refetch()} list={LIST} />;
  if (data === undefined) return <Skeleton rows={8} />;

  return (
    <>
      <PageLink to="/services">‹ Messaging Services</PageLink>
      <PageHeader
        title={data.friendly_name}
        aside={<Sid sid={data.sid} />}
        actions={
          mayChange && (
            <Button variant="default" onClick={() => setRemoving(true)}>
              Delete…
            </Button>
          )
        }
      />
      <Tabs
        value={known(view.step, STEPS)}
        onChange={(step) => setView({ step: step ?? 'senders' })}
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="senders">Senders</Tabs.Tab>
          <Tabs.Tab value="incoming">Incoming messages</Tabs.Tab>
          <Tabs.Tab value="features">Features</Tabs.Tab>
          <Tabs.Tab value="name">Name</Tabs.Tab>
          <Tabs.Tab value="pick">Whom it would pick</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="senders" pt="md">
          <Senders account={account} service={data} />
        </Tabs.Panel>
        <Tabs.Panel value="incoming" pt="md">
          <Settings account={account} service={data} fields={INCOMING_FIELDS} />
        </Tabs.Panel>
        <Tabs.Panel value="features" pt="md">
          <Settings account={account} service={data} fields={FEATURE_FIELDS} />
        </Tabs.Panel>
        <Tabs.Panel value="name" pt="md">
          <Settings account={account} service={data} fields={NAME_FIELDS} />
        </Tabs.Panel>
        <Tabs.Panel value="pick" pt="md">
          <PickTrial account={account} service={data} />
        </Tabs.Panel>
      </Tabs>
      <Confirm
        title={`Delete ${data.friendly_name}?`}
        action="Delete"
        danger
        open={removing}
        onClose={() => setRemoving(false)}
        onConfirm={async () => {
          await removeService(account, data.sid);
          await queries.invalidateQueries({ queryKey: servicesKey(account) });
          go('/services');
        }}
      >
        Its senders stay with the account; requests that name its SID are refused with 21701.
      </Confirm>
    </>
  );
}

function Settings({ account, service, fields }: { account: string; service: Service; fields: Field[] }) {
  return (
    <Changes width={640}>
      <ResourceForm
        // What was saved is what the form then compares with.
        key={JSON.stringify(service)}
        fields={fields}
        present={presentOf(service)}
        action="Save"
        onSave={async (changed) => {
          const saved = await saveService(account, service.sid, changed);
          queries.setQueryData([...servicesKey(account), service.sid], saved);
          await queries.invalidateQueries({ queryKey: servicesKey(account) });
          notifications.show({ message: `${visible(saved.friendly_name)} is saved.` });
        }}
      />
    </Changes>
  );
}
