/** What stands below a bubble: when, what became of it, and what can be done with it. */
import { Check, Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { testSide } from '../../api/client.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { copyText } from '../../parts/copy.ts';
import { StatusChip } from '../../parts/status-chip.tsx';
import { Time } from '../../parts/time.tsx';
import { visible } from '../../parts/user-text.tsx';
import { type Entry, lookAgain, pathOf, type Webhook } from './api.ts';
import classes from './foot.module.css';
import { codesIn } from './texts.ts';

/** Of a reply to somebody who wants none, which is as it has to be. */
const LEFT_OUT = 21610;

export function Foot({ number, entry }: { number: string; entry: Entry }) {
  const { direction, sid, status, at, notice, error_code: code, error_message: why, alerts = [] } = entry;
  const isOurs = sid !== null && status !== null;
  return (
    <div className={classes.foot}>
      <p className={classes.line}>
        <Time at={Math.floor(Date.parse(at) / 1_000) * 1_000} />
        {notice && <span>confirmation of the keyword, no message</span>}
        {direction !== 'sent' && status !== null && <StatusChip status={status} />}
        {direction === 'sent' && <Asked entry={entry} />}
        {direction === 'received' && codesIn(entry.body).map((one) => <CopyCode key={one} code={one} />)}
        {isOurs && direction === 'received' && entry.channel !== 'sms' && status !== 'read' && (
          <MarkRead number={number} sid={sid} />
        )}
        {isOurs && (
          <PageLink to={`/messages/${sid}`} className={classes.quiet}>
            open message
          </PageLink>
        )}
      </p>
      {code != null && (
        <p className={classes.bad}>
          <PageLink to={`/messages/${sid}`}>{code}</PageLink> {why}
        </p>
      )}
      {alerts
        .filter((alert) => alert.code !== entry.webhook?.error_code)
        .map((alert) =>
          alert.code === LEFT_OUT ? (
            <p key={alert.code} className={classes.warn}>
              {alert.code} the app’s reply was left out: the phone has opted out
            </p>
          ) : (
            <p key={`${alert.code} ${alert.why}`} className={alert.level === 'error' ? classes.bad : classes.warn}>
              {alert.code} {visible(alert.why)}
            </p>
          ),
        )}
    </div>
  );
}

/** What the app said to it: the status of its webhook, or why there is none. */
function Asked({ entry: { sid, status, webhook, why } }: { entry: Entry }): ReactNode {
  if (webhook) return <Hook sid={sid ?? ''} webhook={webhook} />;
  if (status === null)
    return <span data-testid="webhook-status">{why ? `not kept: ${visible(why)}` : 'not taken in yet'}</span>;
  if (status === 'receiving') return <span data-testid="webhook-status">webhook is being asked …</span>;
  return (
    <span data-testid="webhook-status">
      no webhook: <PageLink to="/numbers">give the number one</PageLink>
    </span>
  );
}

function Hook({
  sid,
  webhook: { attempt, url, status, ms, error_code: code, error },
}: {
  sid: string;
  webhook: Webhook;
}) {
  const words = `webhook ${status ?? 'no answer'}`;
  return (
    <span className={code === null ? undefined : classes.bad} data-testid="webhook-status" title={visible(url)}>
      <PageLink to="/webhooks" search={{ message: sid, open: String(attempt) }}>
        {code === null ? words : `${code} ${words}`}
      </PageLink>{' '}
      <span className="nowrap">{Math.round(ms)} ms</span>
      {error !== null && `: ${visible(error)}`}
    </span>
  );
}

function CopyCode({ code }: { code: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <button
      type="button"
      className={classes.code}
      onClick={() => void copyText(code, `Code ${code}`).then(() => setCopied(true))}
    >
      {isCopied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />} copy {code}
    </button>
  );
}

/** People read on channels, and the app is told. */
function MarkRead({ number, sid }: { number: string; sid: string }) {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const [isOver, setOver] = useState(false);
  if (!mayChange || isOver) return null;
  const read = async (): Promise<void> => {
    setOver(true);
    try {
      await testSide(pathOf(account, number, 'read'), { method: 'POST', json: { message: sid } });
      lookAgain(account);
    } catch {
      // It can be tried again; the list shows what became of the message.
      setOver(false);
    }
  };
  return (
    <button type="button" className={classes.code} onClick={() => void read()}>
      mark read
    </button>
  );
}
