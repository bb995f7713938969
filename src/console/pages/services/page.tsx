/** Messaging Services: pools of senders that share webhooks, features and opt-outs. */
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { queries } from '../../api/query.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { ApiCommand } from '../../parts/api-command.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FailedPage } from '../../parts/failed-page.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { ResourceForm } from '../../parts/resource-form.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { UserText } from '../../parts/user-text.tsx';
import { NAME_FIELDS } from './fields.ts';
import { createService, type Service, servicesKey, useServices } from './services.ts';

const COLUMNS: Column<Service>[] = [
  { key: 'name', title: 'Name', width: '260px', card: 'head', cell: (one) => <UserText>{one.friendly_name}</UserText> },
  { key: 'incoming', title: 'A message comes in', cell: (one) => <Incoming service={one} /> },
  { key: 'usecase', title: 'For', width: '140px', cell: ({ usecase }) => <span className="muted">{usecase}</span> },
  { key: 'sid', title: 'SID', width: '140px', cell: ({ sid }) => <Sid sid={sid} /> },
];

export default function ServicesPage() {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const go = useGo();
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useServices(account);
  if (error) return <FailedPage title="Messaging Services" error={error} onRetry={() => void refetch()} />;

  const add = mayChange && <Button onClick={() => setAdding(true)}>New Messaging Service</Button>;
  return (
    <>
      <PageHeader title="Messaging Services" actions={add} />
      {data === undefined ? (
        <Skeleton rows={6} />
      ) : data.length === 0 ? (
        <EmptyState title="A Messaging Service picks a sender for each recipient out of a pool, and shares webhooks and opt-outs.">
          {add}
          <ApiCommand path="v1/Services" form={{ FriendlyName: 'Reminders' }} />
        </EmptyState>
      ) : (
        <DataTable
          label="Messaging Services"
          columns={COLUMNS}
          rows={data}
          rowKey={({ sid }) => sid}
          onOpen={({ sid }) => go(`/services/${sid}`)}
          rowProps={({ sid }) => ({ 'data-testid': 'service-row', 'data-sid': sid })}
          memory="services"
        />
      )}
      <Modal opened={adding} onClose={() => setAdding(false)} title="New Messaging Service">
        <p className="muted">Its senders, webhooks and features come next.</p>
        <ResourceForm
          fields={NAME_FIELDS}
          present={{}}
          action="Create"
          onCancel={() => setAdding(false)}
          onSave={async (form) => {
            const made = await createService(account, form);
            await queries.invalidateQueries({ queryKey: servicesKey(account) });
            go(`/services/${made.sid}`, { step: 'senders' });
          }}
        />
      </Modal>
    </>
  );
}

function Incoming({ service }: { service: Service }) {
  if (service.use_inbound_webhook_on_number) return <span className="muted">The number’s own webhook</span>;
  if (service.inbound_request_url === null) return <span className="muted">Nobody is asked</span>;
  return (
    <span className="mono">
      {service.inbound_method} <UserText>{service.inbound_request_url}</UserText>
    </span>
  );
}
