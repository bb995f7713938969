/** Scheduled: what waits for its hour, on a time axis and as a table. */
import { Button } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { twilio } from '../../api/client.ts';
import { queries } from '../../api/query.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Failure } from '../../parts/failure.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Sid, shortSid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Time } from '../../parts/time.tsx';
import { wholeSecond } from '../../parts/time-words.ts';
import { UserText } from '../../parts/user-text.tsx';
import { type Scheduled, useScheduled } from './data.ts';
import classes from './page.module.css';
import { ScheduledEmpty } from './scheduled-empty.tsx';
import { TimeAxis } from './time-axis.tsx';

export default function ScheduledPage() {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const go = useGo();
  const { data, error, refetch, isPending } = useScheduled();
  const [canceling, setCanceling] = useState<Scheduled | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const rows = data?.messages ?? [];

  const cancel = async (sid: string): Promise<void> => {
    const path = `2010-04-01/Accounts/${account}/Messages/${sid}.json`;
    await twilio(account, path, { method: 'POST', form: { Status: 'canceled' } });
    await queries.invalidateQueries({ queryKey: [account, 'scheduled'] });
  };
  const columns: Column<Scheduled>[] = [
    {
      key: 'at',
      title: 'Send at',
      width: '140px',
      card: 'head',
      cell: ({ send_at: at }) => <Time at={wholeSecond(at)} />,
    },
    {
      key: 'in',
      title: 'In',
      width: '90px',
      card: 'head',
      cell: ({ send_at: at }) => <Time at={at} as="relative" />,
    },
    {
      key: 'utc',
      title: 'UTC',
      width: '176px',
      card: 'none',
      cell: ({ send_at: at }) => <span className="mono nowrap">{at.slice(0, 19).replace('T', ' ')}</span>,
    },
    {
      key: 'to',
      title: 'To',
      width: '180px',
      card: 'pair',
      cell: ({ to }) => <UserText className="nowrap">{to}</UserText>,
    },
    {
      key: 'from',
      title: 'From',
      width: '140px',
      card: 'pair',
      cell: ({ from, messaging_service_sid: service }) => (
        <>
          <span className={classes.arrow}>← </span>
          {from ?? <span title={service ?? undefined}>{service === null ? '–' : shortSid(service)}</span>}
        </>
      ),
    },
    {
      key: 'body',
      title: 'Body',
      cell: ({ body, num_media: files }) => (
        <span className={classes.body}>
          {files !== '0' && `📎${files} `}
          <UserText>{body}</UserText>
        </span>
      ),
    },
    { key: 'sid', title: 'SID', width: '120px', card: 'none', cell: ({ sid }) => <Sid sid={sid} what="Message SID" /> },
    ...(mayChange
      ? [
          {
            key: 'cancel',
            title: 'Cancel',
            width: '104px',
            card: 'end' as const,
            cell: (row: Scheduled) => (
              <Button
                variant="subtle"
                color="red"
                size="compact-xs"
                leftSection={<X size={13} aria-hidden />}
                onClick={(event) => {
                  event.stopPropagation();
                  setCanceling(row);
                }}
                data-testid="cancel"
              >
                Cancel
              </Button>
            ),
          },
        ]
      : []),
  ];

  return (
    <>
      <PageHeader
        title="Scheduled"
        aside={rows.length > 0 && <span className="muted">{countOf(rows.length, data?.hasMore === true)}</span>}
        actions={
          mayChange &&
          rows.length > 0 && (
            <Button leftSection={<Plus size={14} aria-hidden />} onClick={() => go('/send')}>
              Schedule a message
            </Button>
          )
        }
      />
      {error !== null && data === undefined && <Failure error={error} onRetry={() => void refetch()} />}
      {isPending && <Skeleton rows={6} />}
      {data !== undefined && rows.length === 0 && <ScheduledEmpty />}
      {rows.length > 0 && (
        <>
          <TimeAxis rows={rows} pointed={pointed} onPoint={setPointed} onOpen={(sid) => go(`/messages/${sid}`)} />
          <DataTable
            label="Scheduled messages"
            columns={columns}
            rows={rows}
            rowKey={({ sid }) => sid}
            total={data?.hasMore ? -1 : rows.length}
            onOpen={({ sid }) => go(`/messages/${sid}`)}
            rowProps={({ sid }) => ({
              'data-testid': 'scheduled-row',
              'data-sid': sid,
              'data-tone': pointed === sid ? 'warn' : undefined,
            })}
            onFocusRow={(row) => setPointed(row?.sid ?? null)}
            memory="scheduled"
          />
        </>
      )}
      <Confirm
        open={canceling !== null}
        onClose={() => setCanceling(null)}
        title="Cancel this message?"
        action="Cancel the message"
        danger
        onConfirm={() => cancel(canceling?.sid ?? '')}
      >
        {canceling !== null && (
          <p>
            To <span className="mono">{canceling.to}</span> at <Time at={wholeSecond(canceling.send_at)} />. It is kept
            as canceled, and cannot be scheduled again.
          </p>
        )}
      </Confirm>
    </>
  );
}

function countOf(count: number, hasMore: boolean): string {
  return hasMore ? `the first ${count}` : count === 1 ? '1 message' : `${count} messages`;
}
