/** One message explained: its way, its text, what its carrier and its app said, and the request that made it. */
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useRefetchOn } from '../../api/live.ts';
import { type MessageRow, neighbours } from '../../api/messages.ts';
import { queries } from '../../api/query.ts';
import { useKey } from '../../app/keys.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useAccountSid, useSession } from '../../app/session-context.ts';
import { useGo } from '../../app/view.ts';
import { copyText } from '../../parts/copy.ts';
import { FailedPage } from '../../parts/failed-page.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { snippetsOf } from '../../parts/sdk-snippets.ts';
import { Sid, shortSid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Snippet } from '../../parts/snippet.tsx';
import { StatusChip } from '../../parts/status-chip.tsx';
import { Time } from '../../parts/time.tsx';
import { duration, wholeSecond } from '../../parts/time-words.ts';
import { UserText } from '../../parts/user-text.tsx';
import { Actions } from './actions.tsx';
import { Attempts } from './attempts.tsx';
import { Content } from './content.tsx';
import { type Detail, detailKey, useDetail } from './detail.ts';
import { Fault } from './fault.tsx';
import classes from './page.module.css';
import { Timeline } from './timeline.tsx';
import { Trace } from './trace.tsx';

const LIST = {
  to: '/messages',
  label: 'Messages',
  gone: 'This message is not here: it was deleted, or belongs to another account.',
};

export default function MessagePage() {
  const account = useAccountSid();
  const { sid = '' } = useParams({ strict: false });
  const go = useGo();
  const { data, error, refetch } = useDetail(account, sid);
  useRefetchOn(['message', 'attempt', 'connector'], detailKey(account, sid));
  const { newer, older } = neighbours(account, sid);
  useKey('Escape', 'Back to the messages', () => (window.history.length > 1 ? window.history.back() : go('/messages')));
  // However many one looks through, one step leads back to the list.
  const turnTo = (other: string): void => go(`/messages/${other}`, {}, { replace: true });
  useKey('[', 'Newer message', () => newer && turnTo(newer), newer !== null);
  useKey(']', 'Older message', () => older && turnTo(older), older !== null);
  useKey('y', 'Copy the SID', () => void copyText(sid, 'Message SID'));

  if (error) return <FailedPage title="Message" error={error} onRetry={() => void refetch()} list={LIST} />;
  if (data === undefined) return <Skeleton rows={12} />;
  return <Shown key={sid} account={account} detail={data} newer={newer} older={older} />;
}

interface Props {
  account: string;
  detail: Detail;
  newer: string | null;
  older: string | null;
}

function Shown({ account, detail, newer, older }: Props) {
  const { message, timeline, callbacks, webhooks, replies, notices, alerts } = detail;
  const again = () => void queries.invalidateQueries({ queryKey: detailKey(account, message.sid) });
  const isInbound = message.direction === 'inbound';
  // What its head or one of its attempts says already is not said again.
  const said = new Set([message.error_code, ...[...callbacks, ...webhooks].map((one) => one.error_code)].map(Number));
  const more = alerts.filter(({ code }) => !said.has(Number(code)));
  return (
    <>
      <nav className={classes.around} aria-label="Messages around">
        <PageLink to="/messages">‹ Messages</PageLink>
        {newer && (
          <PageLink to={`/messages/${newer}`} replace>
            Newer
          </PageLink>
        )}
        {older && (
          <PageLink to={`/messages/${older}`} replace>
            Older
          </PageLink>
        )}
      </nav>
      <PageHeader
        title="Message"
        aside={<Facts detail={detail} />}
        actions={<Actions account={account} detail={detail} />}
      />
      <Fault message={message} />
      {notices.map((notice) => (
        <p key={notice} className="muted">
          {notice}
        </p>
      ))}
      <div className={classes.columns}>
        <div>
          <Section title="Timeline">
            <Timeline steps={timeline} dueAt={message.send_at && wholeSecond(message.send_at)} />
          </Section>
          <Section title="Content">
            <Content account={account} detail={detail} />
          </Section>
          {isInbound && replies.length > 0 && (
            <Section title="Replies">
              <Replies replies={replies} />
            </Section>
          )}
          {detail.request && <Code account={account} detail={detail} />}
        </div>
        <div>
          {isInbound ? (
            <Section title="Webhook">
              <Attempts
                attempts={webhooks}
                none="No app was asked: the number has no webhook, or the text was a keyword."
                onReplayed={again}
              />
            </Section>
          ) : (
            <Section title="Callbacks">
              <Attempts
                attempts={callbacks}
                none="No callbacks: the request named no StatusCallback. The first state never has one."
                onReplayed={again}
              />
            </Section>
          )}
          <Section title="Carrier">
            <Trace account={account} detail={detail} />
          </Section>
          {more.length > 0 && (
            <Section title="Alerts">
              {more.map(({ sid, code, text }) => (
                <p key={sid}>
                  <PageLink to="/errors" search={{ code: String(code) }}>
                    {code}
                  </PageLink>{' '}
                  <UserText>{text}</UserText>
                </p>
              ))}
            </Section>
          )}
        </div>
      </div>
    </>
  );
}

function Facts({ detail: { message, segments, timeline } }: { detail: Detail }) {
  // Until a sender is picked none are counted, though its text tells how many there will be.
  const count = Number(message.num_segments) || (segments?.count ?? 0);
  return (
    <span className={classes.facts}>
      <Sid sid={message.sid} what="Message SID" />
      <StatusChip status={message.status} />
      <span className="mono">
        <UserText>{message.from ?? message.service_name ?? '–'}</UserText> → <UserText>{message.to}</UserText>
      </span>
      <span className="muted">
        {count === 1 ? '1 seg' : `${count} seg`} {message.encoding ?? ''} ·{' '}
        {message.send_at === null ? (
          duration(Date.parse(timeline.ended_at) - Date.parse(timeline.started_at))
        ) : (
          <>
            due <Time at={wholeSecond(message.send_at)} as="both" />
          </>
        )}
      </span>
    </span>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Replies({ replies }: { replies: MessageRow[] }) {
  return replies.map(({ sid, status, body }) => (
    <p key={sid}>
      <PageLink to={`/messages/${sid}`}>{shortSid(sid)}</PageLink> <StatusChip status={status} />{' '}
      <UserText>{body}</UserText>
    </p>
  ));
}

function Code({ account, detail }: { account: string; detail: Detail }) {
  const { public_url: publicUrl } = useSession();
  const { request } = detail;
  if (request === null) return null;
  const base = (publicUrl || window.location.origin).replace(/\/$/, '');
  return (
    <Section title="Code">
      {request.missing.length > 0 && <p className="muted">Not kept any more: {request.missing.join(', ')}.</p>}
      <Snippet code={snippetsOf({ base, account, token: null, params: request.parameters })} label="Code" />
    </Section>
  );
}
