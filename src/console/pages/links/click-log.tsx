import { Badge, Drawer, Group } from '@mantine/core';
import { Eye } from 'lucide-react';
import { PageLink } from '../../app/page-link.tsx';
import { useAccountSid } from '../../app/session-context.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Time } from '../../parts/time.tsx';
import { UserText } from '../../parts/user-text.tsx';
import { type LinkVisits, useLinkVisits, type Visit } from './links.ts';

interface Props {
  /** `''`: closed. */
  code: string;
  onClose: () => void;
}

/** Who came by a link, beside the list: people, and programs that only looked ahead, which are marked and not counted. */
export function ClickLog({ code, onClose }: Props) {
  return (
    <Drawer opened={code !== ''} onClose={onClose} position="right" size="lg" title="Clicks">
      {code !== '' && <Opened key={code} code={code} />}
    </Drawer>
  );
}

function Opened({ code }: { code: string }) {
  const { data, error, refetch } = useLinkVisits(useAccountSid(), code);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton rows={4} />;
  return <Log {...data} />;
}

const COLUMNS: Column<Visit>[] = [
  { key: 'at', title: 'When', width: '190px', card: 'head', cell: ({ at }) => <Time at={at} as="both" /> },
  { key: 'kind', title: 'Kind', width: '120px', card: 'end', cell: ({ kind }) => <Kind kind={kind} /> },
  {
    key: 'agent',
    title: 'Called itself',
    cell: ({ user_agent: agent }) =>
      agent === '' ? <span className="muted">not known</span> : <UserText className="mono">{agent}</UserText>,
  },
];

function Log({ link, visits, is_complete: isComplete }: LinkVisits) {
  const { short_url, target, message_sid, clicks, previews } = link;
  return (
    <>
      <UserText className="mono">{short_url}</UserText>
      <p>
        leads to <UserText className="mono">{target}</UserText>
      </p>
      <Group gap="md" mb="sm">
        <span data-testid="click-count">
          {counted(clicks, 'click')}
          {previews > 0 && <span className="muted">, {counted(previews, 'preview')} not counted</span>}
        </span>
        <PageLink to={`/messages/${message_sid}`}>Message</PageLink>
      </Group>
      {visits.length === 0 ? (
        <EmptyState
          title={
            clicks + previews === 0
              ? 'Nobody has followed this link yet.'
              : 'Who came by is not kept any more: it goes when the message is redacted or deleted.'
          }
        />
      ) : (
        <DataTable
          label="Clicks of this link"
          columns={COLUMNS}
          rows={visits.map((visit, index) => ({ ...visit, index }))}
          rowKey={({ index }) => String(visits.length - index)}
          rowProps={({ kind }) => ({ 'data-testid': 'click-row', 'data-kind': kind })}
          fill={false}
        />
      )}
      {visits.length > 0 && !isComplete && <p className="muted">Older ones are counted and not listed any more.</p>}
    </>
  );
}

function Kind({ kind }: Pick<Visit, 'kind'>) {
  if (kind === 'person') return 'Click';
  return (
    <Badge variant="default" leftSection={<Eye size={12} aria-hidden />} tt="none">
      Preview
    </Badge>
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
