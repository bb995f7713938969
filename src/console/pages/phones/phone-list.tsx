/** The phones at the side: who they are, their newest message, and which of them misbehave on purpose. */
import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { Ban, Columns2, Smartphone, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { describe, misbehaves } from '../../parts/behaviour.ts';
import { Time } from '../../parts/time.tsx';
import { visible } from '../../parts/user-text.tsx';
import type { Phone } from './api.ts';
import classes from './phone-list.module.css';

interface Props {
  phones: Phone[];
  /** Numbers whose handsets are shown. */
  open: string[];
  onChoose: (number: string, beside: boolean) => void;
}

/** More are found by their number or name. */
const MOST_SHOWN = 100;
/** Fewer are seen at a glance. */
const WORTH_FILTERING = 10;

export function PhoneList({ phones, open, onChoose }: Props) {
  const [wanted, setWanted] = useState('');
  const found = phones.filter(({ number, name }) => isWanted(`${name ?? ''} ${number}`, wanted));
  const more = found.length - MOST_SHOWN;
  return (
    <nav className={classes.list} aria-label="Phones">
      {phones.length > WORTH_FILTERING && (
        <TextInput
          className={classes.filter}
          size="xs"
          aria-label="Filter phones"
          placeholder="Number or name"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      )}
      <ul>
        {found.slice(0, MOST_SHOWN).map((phone) => (
          <Item key={phone.number} phone={phone} isOpen={open.includes(phone.number)} onChoose={onChoose} />
        ))}
      </ul>
      <p className={classes.hint}>
        {more > 0 ? `${more} more: filter by number or name.` : 'Any number that is texted appears here.'}
      </p>
    </nav>
  );
}

function isWanted(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted.trim().toLowerCase());
}

function Item({ phone, isOpen, onChoose }: { phone: Phone; isOpen: boolean; onChoose: Props['onChoose'] }) {
  const { number, name, behave, script_step: played, unread, last, opted_out: optedOut = 0 } = phone;
  const Icon = optedOut > 0 ? Ban : misbehaves(behave) ? TriangleAlert : Smartphone;
  const mark = optedOut > 0 ? 'opted out' : misbehaves(behave) ? describe(behave, played) : null;
  return (
    <li className={classes.item} data-open={isOpen} data-testid="phone" data-number={number}>
      <button
        type="button"
        className={classes.choose}
        aria-current={isOpen || undefined}
        onClick={(event) => onChoose(number, event.ctrlKey || event.metaKey)}
      >
        <Icon size={16} aria-hidden className={mark === null ? classes.icon : classes.marked} />
        <span className={classes.who}>{name === null ? number : visible(name)}</span>
        {unread > 0 && (
          <span className={classes.unread}>
            {unread > 99 ? '99+' : unread}
            <span className="unseen"> unread</span>
          </span>
        )}
        {name !== null && <span className={classes.number}>{number}</span>}
        {mark !== null && <span className={classes.mark}>{mark}</span>}
        {last !== null && (
          // What runs from right to left is cut at its own end.
          <span className={classes.last} dir="auto">
            {last.direction === 'sent' && <span className={classes.you}>wrote: </span>}
            {last.body === '' ? '(no text)' : visible(last.body)}
          </span>
        )}
        {last !== null && (
          <span className={classes.time}>
            <Time at={last.at} as="relative" />
          </span>
        )}
      </button>
      <Tooltip label={isOpen ? 'Close' : 'Open beside'}>
        <ActionIcon
          className={classes.beside}
          aria-label={`${isOpen ? 'Close' : 'Open beside'}: ${name ?? number}`}
          onClick={() => onChoose(number, true)}
        >
          <Columns2 size={14} />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}
