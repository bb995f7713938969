/** Webhooks: every request to the app, newest first, each with what it was told and what it answered. */
import { Button, Drawer, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { type AttemptRow, attemptsKey, fetchAttempt, listAttempts } from '../../api/attempts.ts';
import { useRefetchOn } from '../../api/live.ts';
import { useKey } from '../../app/keys.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { useView } from '../../app/view.ts';
import { AboutChip, ResultChip } from '../../parts/attempt-chips.tsx';
import { AttemptView } from '../../parts/attempt-view.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FailedPage } from '../../parts/failed-page.tsx';
import { Failure } from '../../parts/failure.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Time } from '../../parts/time.tsx';
import { duration } from '../../parts/time-words.ts';
import { UserText } from '../../parts/user-text.tsx';
import { WebhooksEmpty } from './empty.tsx';
import { ReplayFailed } from './replay-failed.tsx';
import classes from './webhooks.module.css';

const COLUMNS: Column<AttemptRow>[] = [
  { key: 'at', title: 'Asked', width: '130px', card: 'head', cell: ({ at }) => <Time at={at} /> },
  { key: 'about', title: 'About', width: '150px', card: 'pair', cell: (one) => <AboutChip attempt={one} /> },
  {
    key: 'url',
    title: 'Request',
    cell: ({ method, url }) => (
      <span className="mono">
        {method} <UserText>{withoutQuery(url)}</UserText>
      </span>
    ),
  },
  { key: 'result', title: 'Answer', width: '150px', card: 'end', cell: (one) => <ResultChip attempt={one} /> },
  { key: 'ms', title: 'Took', width: '80px', align: 'end', card: 'pair', cell: ({ ms }) => duration(ms) },
  {
    key: 'try',
    title: 'Try',
    width: '70px',
    align: 'end',
    card: 'none',
    cell: ({ attempt, replay_of }) => (replay_of === null ? attempt : 'replay'),
  },
  { key: 'message', title: 'Message', width: '130px', card: 'none', cell: (one) => <Sid sid={one.message_sid} /> },
];

const RESULTS = [
  { value: '', label: 'Any result' },
  { value: 'done', label: 'Taken' },
  { value: 'retry', label: 'Tried again' },
  { value: 'gave_up', label: 'Given up' },
];
const KINDS = [
  { value: '', label: 'Every kind' },
  { value: 'status', label: 'Status callbacks' },
  { value: 'inbound', label: 'Asked for TwiML' },
  { value: 'fallback', label: 'Asked the fallback' },
  { value: 'click', label: 'Link clicks' },
  { value: 'alert', label: 'Debugger' },
  { value: 'trigger', label: 'Usage triggers' },
];
const SINCES = [
  { value: '', label: 'Any time' },
  { value: '15m', label: 'Last 15 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last day' },
  { value: '7d', label: 'Last week' },
];

export default function WebhooksPage() {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const [view, setView] = useView({
    url: '',
    result: '',
    kind: '',
    since: '',
    message: '',
    code: '',
    open: '',
    tab: '',
  });
  const [replaying, setReplaying] = useState(false);
  const filter = useRef<HTMLInputElement>(null);
  useKey('/', 'Filter by URL', (event) => {
    event.preventDefault();
    filter.current?.focus();
  });
  const { url, result, kind, since, message, code } = view;
  const asked = Object.fromEntries(
    Object.entries({ url, result, kind, since, message, code }).filter(([, value]) => value !== ''),
  );
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [...attemptsKey(account), asked],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      listAttempts(account, pageParam === '' ? asked : { ...asked, page: pageParam }, signal),
    getNextPageParam: ({ next_page }) => next_page ?? undefined,
  });
  useRefetchOn(['attempt'], attemptsKey(account), 1_000);
  if (error) return <FailedPage title="Webhooks" error={error} onRetry={() => void refetch()} />;

  const rows = data?.pages.flatMap(({ attempts }) => attempts);
  const isFiltered = Object.keys(asked).length > 0;
  const select = (name: 'result' | 'kind' | 'since', label: string, options: { value: string; label: string }[]) => (
    <NativeSelect
      size="xs"
      aria-label={label}
      data={options}
      value={view[name]}
      onChange={({ currentTarget }) => setView({ [name]: currentTarget.value })}
    />
  );
  return (
    <>
      <PageHeader
        title="Webhooks"
        actions={
          mayChange && (
            <Button variant="default" onClick={() => setReplaying(true)}>
              Replay failed…
            </Button>
          )
        }
      />
      <search className={classes.filters}>
        <TextInput
          size="xs"
          ref={filter}
          aria-label="Part of the URL"
          placeholder="Part of the URL"
          defaultValue={url}
          key={url}
          onBlur={({ currentTarget }) => setView({ url: currentTarget.value.trim() })}
          onKeyDown={({ key, currentTarget }) => key === 'Enter' && setView({ url: currentTarget.value.trim() })}
        />
        {select('result', 'Result', RESULTS)}
        {select('kind', 'Kind', KINDS)}
        {select('since', 'Since', SINCES)}
        {message !== '' && (
          <Button variant="default" onClick={() => setView({ message: '' })} aria-label="Show those of every message">
            Message {message.slice(0, 6)}… ✕
          </Button>
        )}
        {code !== '' && (
          <Button variant="default" onClick={() => setView({ code: '' })} aria-label="Show those of every code">
            Error {code} ✕
          </Button>
        )}
      </search>
      {rows === undefined ? (
        <Skeleton rows={10} />
      ) : rows.length === 0 && !hasNextPage ? (
        <WebhooksEmpty
          isFiltered={isFiltered}
          onClear={() => setView({ url: '', result: '', kind: '', since: '', message: '', code: '' })}
        />
      ) : (
        <DataTable
          label="Webhook attempts"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ id }) => String(id)}
          total={hasNextPage ? -1 : rows.length}
          onMore={() => {
            if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
          }}
          onOpen={({ id }) => setView({ open: String(id) }, true)}
          rowProps={({ id, decision }) => ({
            ...{ 'data-testid': 'attempt-row', 'data-id': String(id) },
            'data-tone': decision === 'gave_up' ? 'bad' : decision === 'retry' ? 'warn' : undefined,
          })}
          memory="webhooks"
        />
      )}
      {rows !== undefined && hasNextPage && rows.length < 20 && (
        <Button variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Look further back
        </Button>
      )}
      <OpenAttempt
        id={view.open}
        tab={view.tab}
        onTab={(tab) => setView({ tab })}
        onOpen={(id) => setView(id === '' ? { open: '', tab: '' } : { open: id, tab: 'response' })}
      />
      <ReplayFailed open={replaying} url={url} since={since} onClose={() => setReplaying(false)} />
    </>
  );
}

interface OpenProps {
  id: string;
  tab: string;
  onTab: (tab: string) => void;
  onOpen: (id: string) => void;
}

function OpenAttempt({ id, tab, onTab, onOpen }: OpenProps) {
  const account = useAccountSid();
  const { data, error, refetch } = useQuery({
    queryKey: [...attemptsKey(account), 'one', id],
    queryFn: ({ signal }) => fetchAttempt(account, id, signal),
    enabled: id !== '',
  });
  return (
    <Drawer
      opened={id !== ''}
      onClose={() => onOpen('')}
      position="right"
      size="min(760px, 100vw)"
      title={data && <Head attempt={data} />}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton rows={6} />
      ) : (
        <AttemptView
          // An answer that is the failure says itself why: it is what one sees first.
          tab={tab || (data.error !== null && data.response !== null ? 'response' : 'request')}
          {...{ attempt: data, onTab }}
          hasKey
          onMade={(made) => made !== undefined && onOpen(String(made))}
        />
      )}
    </Drawer>
  );
}

function Head({ attempt }: { attempt: AttemptRow }) {
  return (
    <span className={classes.head}>
      <AboutChip attempt={attempt} />
      <ResultChip attempt={attempt} />
      <span className="muted">{duration(attempt.ms)}</span>
      <Sid sid={attempt.message_sid} what="Message SID" />
    </span>
  );
}

function withoutQuery(url: string): string {
  const at = url.indexOf('?');
  return at === -1 ? url : `${url.slice(0, at)}?…`;
}
