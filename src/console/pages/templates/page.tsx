/** Templates: what they say on each channel, and whether WhatsApp approved them. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { useView } from '../../app/view.ts';
import { ApiCommand } from '../../parts/api-command.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FailedPage } from '../../parts/failed-page.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Chip } from '../../parts/status-chip.tsx';
import { UserText } from '../../parts/user-text.tsx';
import { TemplateDrawer } from './template-drawer.tsx';
import { type Template, useTemplates } from './templates.ts';

const COLUMNS: Column<Template>[] = [
  {
    key: 'name',
    title: 'Name',
    width: '240px',
    card: 'head',
    cell: ({ friendly_name }) => <UserText>{friendly_name ?? 'without a name'}</UserText>,
  },
  { key: 'language', title: 'Language', width: '100px', cell: ({ language }) => language },
  {
    key: 'types',
    title: 'Types',
    cell: ({ types }) => <span className="mono">{Object.keys(types).join(', ')}</span>,
  },
  { key: 'approval', title: 'WhatsApp', width: '160px', cell: (one) => <Approval template={one} /> },
  { key: 'sid', title: 'SID', width: '140px', cell: ({ sid }) => <Sid sid={sid} /> },
];

const EXAMPLE = {
  friendly_name: 'reminder',
  language: 'en',
  variables: { 1: 'tomorrow' },
  types: { 'twilio/text': { body: 'See you {{1}}.' } },
};

export default function TemplatesPage() {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const [view, setView] = useView({ open: '' });
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useTemplates(account);
  if (error) return <FailedPage title="Templates" error={error} onRetry={() => void refetch()} />;

  const add = mayChange && <Button onClick={() => setAdding(true)}>New template</Button>;
  const open = data?.find(({ sid }) => sid === view.open) ?? null;
  const close = () => {
    setAdding(false);
    setView({ open: '' });
  };
  return (
    <>
      <PageHeader title="Templates" actions={add} />
      {data === undefined ? (
        <Skeleton rows={6} />
      ) : data.length === 0 ? (
        <EmptyState title="A template is a message with placeholders, sent by its ContentSid; WhatsApp wants one outside its 24-hour window.">
          {add}
          <ApiCommand path="v1/Content" json={EXAMPLE} />
        </EmptyState>
      ) : (
        <DataTable
          label="Templates"
          columns={COLUMNS}
          rows={data}
          rowKey={({ sid }) => sid}
          onOpen={({ sid }) => setView({ open: sid }, true)}
          rowProps={({ sid }) => ({ 'data-testid': 'template-row', 'data-sid': sid })}
          memory="templates"
        />
      )}
      <TemplateDrawer account={account} template={open} open={adding || open !== null} onClose={close} />
    </>
  );
}

const TONES: Record<string, 'good' | 'bad' | 'warn' | 'info'> = {
  approved: 'good',
  rejected: 'bad',
  paused: 'warn',
  disabled: 'bad',
  pending: 'info',
  received: 'info',
};

function Approval({ template }: { template: Template }) {
  const status = template.approval_requests?.status;
  if (!status || status === 'unsubmitted') return <span className="muted">not submitted</span>;
  return <Chip tone={TONES[status] ?? 'plain'}>{status}</Chip>;
}
