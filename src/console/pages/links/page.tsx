/** Links: what stands for which address, in which message, how often it was followed, and by whom. */
import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { Copy } from 'lucide-react';
import type { MouseEvent } from 'react';
import { useAccountSid } from '../../app/session-context.ts';
import { useView } from '../../app/view.ts';
import { copyText } from '../../parts/copy.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Failure } from '../../parts/failure.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Time } from '../../parts/time.tsx';
import { UserText } from '../../parts/user-text.tsx';
import { ClickLog } from './click-log.tsx';
import { LinksEmpty } from './empty.tsx';
import classes from './links.module.css';
import { type ShortLink, useLinks } from './links.ts';

const COLUMNS: Column<ShortLink>[] = [
  { key: 'short', title: 'Short', width: '350px', card: 'head', cell: (link) => <Short link={link} /> },
  { key: 'target', title: 'Leads to', cell: ({ target }) => <UserText className="mono">{target}</UserText> },
  { key: 'clicks', title: 'Clicks', width: '80px', align: 'end', card: 'end', cell: (link) => <Clicks link={link} /> },
  {
    key: 'message',
    title: 'Message',
    width: '140px',
    card: 'pair',
    cell: ({ message_sid }) => <Sid sid={message_sid} what="Message SID" />,
  },
  { key: 'created', title: 'Made', width: '130px', card: 'pair', cell: ({ created_at }) => <Time at={created_at} /> },
  { key: 'end', title: 'Ends', width: '130px', card: 'none', cell: (link) => <End link={link} /> },
];

export default function LinksPage() {
  const account = useAccountSid();
  const [view, setView] = useView({ q: '', link: '' });
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useLinks(account, view.q);
  const more = () => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  };
  const rows = data?.pages.flatMap(({ links }) => links);
  return (
    <>
      <PageHeader
        title="Links"
        actions={
          <TextInput
            aria-label="Filter by address, code or message"
            placeholder="Address, code or message SID"
            className={classes.filter}
            maxLength={200}
            value={view.q}
            onChange={({ currentTarget }) => setView({ q: currentTarget.value })}
            data-filter
          />
        }
      />
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : rows === undefined ? (
        <Skeleton rows={8} />
      ) : rows.length === 0 && !hasNextPage ? (
        <LinksEmpty wanted={view.q} onClear={() => setView({ q: '' })} />
      ) : (
        <DataTable
          label="Short links"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ code }) => code}
          total={hasNextPage ? -1 : rows.length}
          cardsBelow={900}
          onMore={more}
          onOpen={({ code }) => setView({ link: code })}
          rowProps={({ code }) => ({ 'data-testid': 'link-row', 'data-code': code })}
          memory="links"
        />
      )}
      {rows !== undefined && hasNextPage && rows.length < 20 && (
        <Button variant="subtle" loading={isFetchingNextPage} onClick={more}>
          Look further back
        </Button>
      )}
      <ClickLog code={view.link} onClose={() => setView({ link: '' })} />
    </>
  );
}

function Short({ link: { short_url, is_over } }: { link: ShortLink }) {
  const copy = (event: MouseEvent): void => {
    event.stopPropagation();
    void copyText(short_url, 'Short link');
  };
  return (
    <span className={classes.short}>
      <UserText className={is_over ? 'mono muted' : 'mono'}>{short_url}</UserText>
      <Tooltip label="Copy">
        <ActionIcon size={20} variant="subtle" color="gray" aria-label={`Copy ${short_url}`} onClick={copy}>
          <Copy size={13} />
        </ActionIcon>
      </Tooltip>
    </span>
  );
}

/** Previews stand in the log, marked: they are nobody's click. */
function Clicks({ link: { clicks } }: { link: ShortLink }) {
  return clicks === 0 ? <span className="muted">0</span> : <strong>{clicks}</strong>;
}

function End({ link: { is_over, expires_at } }: { link: ShortLink }) {
  return is_over ? <span className="muted">over</span> : <Time at={expires_at} as="relative" />;
}
