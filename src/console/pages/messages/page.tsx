import { Button } from '@mantine/core';
import { PencilLine } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { serverNow } from '../../api/clock.ts';
import type { MessageRow } from '../../api/messages.ts';
import { useKey } from '../../app/keys.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { useGo, useHasPage, useView } from '../../app/view.ts';
import { copyText } from '../../parts/copy.ts';
import { DataTable, type TableHandle } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useOnPurpose } from '../../parts/on-purpose.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Time } from '../../parts/time.tsx';
import { ListActions, LiveToggle } from './actions.tsx';
import { Chips } from './chips.tsx';
import { columnsWith } from './columns.tsx';
import classes from './messages.module.css';
import { Onboarding } from './onboarding.tsx';
import { QueryBox } from './query-box.tsx';
import { readQuery } from './query-text.ts';
import { type Messages, useMessages } from './use-messages.ts';
import { Waiting } from './waiting.tsx';

/** All messages of the account, newest first, as they happen. */
export default function MessagesPage() {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const hasSend = useHasPage('/send');
  const go = useGo();
  const [{ q, paused }, setView] = useView({ q: '', paused: '' });
  const isPaused = paused !== '';
  const [atTop, setAtTop] = useState(true);
  const list = useMessages(account, q, atTop && !isPaused);
  const { terms, fault } = readQuery(q, serverNow());
  const setQuery = useCallback((next: string) => setView({ q: next }), [setView]);
  const turn = (): void => setView({ paused: isPaused ? '' : 'yes' });
  useKey('l', 'Live or paused', turn);
  useEffect(() => {
    document.title = 'Messages · Pidge';
  }, []);

  return (
    <>
      <header className={classes.bar}>
        <h1>Messages</h1>
        <QueryBox q={q} onChange={setQuery} />
        <LiveToggle isPaused={isPaused} onTurn={turn} />
        <ListActions q={q} terms={terms} />
        {mayChange && hasSend && (
          <Button
            className={classes.send}
            leftSection={<PencilLine size={14} aria-hidden />}
            onClick={() => go('/send')}
          >
            Send
          </Button>
        )}
      </header>
      {(q !== '' || list.rows.length > 0) && (
        <div className={classes.chips}>
          <Chips q={q} terms={terms} onChange={setQuery} />
        </div>
      )}
      {list.notices.map((notice) => (
        <p key={notice} className={classes.notice}>
          {notice}
        </p>
      ))}
      <List list={list} isFiltered={q !== '' || fault !== null} onAtTop={setAtTop} onClear={() => setQuery('')} />
    </>
  );
}

interface ListProps {
  list: Messages;
  isFiltered: boolean;
  onAtTop: (atTop: boolean) => void;
  onClear: () => void;
}

function List({ list, isFiltered, onAtTop, onClear }: ListProps) {
  const go = useGo();
  const table = useRef<TableHandle>(null);
  const phones = useOnPurpose();
  const columns = useMemo(() => columnsWith(phones), [phones]);
  const [focused, setFocused] = useState<MessageRow | null>(null);
  useKey('y', 'Copy the SID', () => focused && void copyText(focused.sid, 'Message SID'), focused !== null);

  if (list.error !== null) return <Failure error={list.error} onRetry={list.retry} />;
  if (list.isLoading) return <Skeleton rows={12} />;
  if (list.rows.length === 0 && list.isComplete) {
    if (!isFiltered) return <Onboarding />;
    return (
      <EmptyState title="No message matches this filter.">
        <Button variant="default" onClick={onClear}>
          Show all messages
        </Button>
      </EmptyState>
    );
  }
  const takeIn = (): void => {
    table.current?.scrollToTop();
    list.takeIn();
  };
  return (
    <div className={classes.list}>
      <Waiting count={list.waiting} onTake={takeIn} />
      <DataTable
        label="Messages"
        columns={columns}
        rows={list.rows}
        rowKey={rowKey}
        total={list.isComplete ? list.rows.length : -1}
        rowProps={rowProps}
        onOpen={(row) => go(`/messages/${row.sid}`)}
        onMore={list.more}
        onAtTop={onAtTop}
        onFocusRow={setFocused}
        handle={table}
        memory="messages"
        cardsBelow={760}
      />
      {list.searchedBackTo !== null && list.rows.length === 0 && (
        <p className={classes.foot}>
          Nothing found back to <Time at={list.searchedBackTo} />.{' '}
          <Button variant="default" onClick={list.more}>
            Search further
          </Button>
        </p>
      )}
    </div>
  );
}

const rowKey = (row: MessageRow): string => row.sid;

function rowProps(row: MessageRow): Record<string, string | undefined> {
  const tone = row.status === 'failed' ? 'bad' : row.status === 'undelivered' ? 'warn' : undefined;
  return { 'data-testid': 'message-row', 'data-sid': row.sid, 'data-tone': tone };
}
