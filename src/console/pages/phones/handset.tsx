/** One phone: who it is and how it behaves, its conversation, and what it writes next. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { ArrowLeft, ChevronDown, ChevronUp, Smartphone, TriangleAlert, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { testSide } from '../../api/client.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { inBrief, misbehaves } from '../../parts/behaviour.ts';
import { copyText } from '../../parts/copy.ts';
import { Failure } from '../../parts/failure.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { visible } from '../../parts/user-text.tsx';
import { lookAgain, type Phone, pathOf, useConversation } from './api.ts';
import { BehaviourEditor } from './behaviour-editor.tsx';
import classes from './handset.module.css';
import { ReplyBox } from './reply-box.tsx';
import { Thread } from './thread.tsx';

interface Props {
  number: string;
  /** `null`: nobody has texted it yet. */
  phone: Phone | null;
  onBack: () => void;
  onClose?: () => void;
}

const STRANGER = { name: null, behave: 'deliver', rcs: false, messages: 0, unread: 0, script_step: 0, last: null };

export function Handset({ number, phone: listed, onBack, onClose }: Props) {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const [isEditing, setEditing] = useState(false);
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage } = useConversation(number);
  const newest = data?.pages[0];
  const phone: Phone = listed ?? newest?.phone ?? { ...STRANGER, number };
  const title = phone.name === null ? number : visible(phone.name);

  const unread = phone.unread > 0 && newest !== undefined;
  useEffect(() => {
    if (!unread || !mayChange) return;
    // Seen once it is on the screen; who only looks over the console's shoulder leaves the mark.
    void testSide(pathOf(account, number, 'seen'), { method: 'POST', json: {} }).then(
      () => lookAgain(account),
      () => undefined,
    );
  }, [unread, mayChange, number, account]);

  return (
    <section className={classes.handset} aria-label={`Phone ${title}`} data-testid="handset" data-number={number}>
      <header className={classes.head}>
        <ActionIcon className={classes.back} aria-label="All phones" onClick={onBack}>
          <ArrowLeft size={18} />
        </ActionIcon>
        <Smartphone size={18} aria-hidden className={classes.icon} />
        <div className={classes.who}>
          <h2>{title}</h2>
          <p className={classes.contact}>
            {phone.name !== null && (
              <button type="button" onClick={() => void copyText(number, 'Number')} title="Click to copy">
                {number}
              </button>
            )}
            <span className={classes.channels}>{channelsOf(phone)}</span>
          </p>
        </div>
        <Button
          variant={misbehaves(phone.behave) ? 'light' : 'subtle'}
          color={misbehaves(phone.behave) ? 'orange' : 'gray'}
          className={classes.behaviour}
          data-misbehaves={misbehaves(phone.behave)}
          leftSection={misbehaves(phone.behave) ? <TriangleAlert size={14} aria-hidden /> : undefined}
          rightSection={isEditing ? <ChevronUp size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
          aria-expanded={isEditing}
          onClick={() => setEditing(!isEditing)}
          data-testid="behaviour"
        >
          <span className="unseen">Behaviour: </span>
          {inBrief(phone.behave, phone.script_step)}
        </Button>
        {onClose && (
          <Tooltip label="Close">
            <ActionIcon className={classes.close} aria-label={`Close ${title}`} onClick={onClose}>
              <X size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </header>
      {isEditing && (
        <BehaviourEditor key={JSON.stringify(phone.behave)} phone={phone} onClose={() => setEditing(false)} />
      )}
      {error !== null && data === undefined && <Failure error={error} onRetry={() => void refetch()} />}
      {isPending && <Skeleton rows={6} height={40} />}
      {data !== undefined && (
        <Thread
          number={number}
          pages={data.pages}
          onEarlier={hasNextPage ? () => void fetchNextPage() : undefined}
          name={title}
        />
      )}
      {newest !== undefined && mayChange && <ReplyBox number={number} conversation={newest} phone={phone} />}
    </section>
  );
}

function channelsOf({ number, rcs }: Phone): string {
  if (number.includes(':')) return number.slice(0, number.indexOf(':'));
  return `SMS · MMS · WhatsApp${rcs ? ' · RCS' : ''}`;
}
