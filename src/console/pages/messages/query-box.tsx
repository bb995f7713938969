import { TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { serverNow } from '../../api/clock.ts';
import { useKey } from '../../app/keys.ts';
import classes from './messages.module.css';
import { type Fault, readQuery } from './query-text.ts';

const PAUSE_MS = 120;

interface Props {
  q: string;
  onChange: (q: string) => void;
}

/** The query as typed. It is asked a moment after the last key, and at once with Enter; what cannot be read is not asked. */
export function QueryBox({ q, onChange }: Props) {
  const [text, setText] = useState(q);
  const [fault, setFault] = useState<Fault | null>(null);
  const box = useRef<HTMLInputElement>(null);
  const asked = useRef(q);
  useKey('/', 'Filter', () => box.current?.select());

  // Changed from elsewhere: a chip, Back, a link.
  useEffect(() => {
    if (q === asked.current) return;
    asked.current = q;
    setText(q);
    setFault(null);
  }, [q]);

  const ask = (typed: string, isDone: boolean): void => {
    const query = typed.trim();
    const { fault: found } = readQuery(query, serverNow());
    // Half a word is no mistake yet: it is one when the typing has ended.
    if (isDone || found === null) setFault(found);
    if (found !== null || query === asked.current) return;
    asked.current = query;
    onChange(query);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing asks
  useEffect(() => {
    const timer = setTimeout(() => ask(text, false), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <TextInput
      ref={box}
      className={classes.query}
      type="search"
      aria-label="Filter messages"
      placeholder='to:+12025550101 status:undelivered "see you"'
      leftSection={<Search size={16} aria-hidden />}
      spellCheck={false}
      autoCapitalize="none"
      autoComplete="off"
      value={text}
      error={fault && `${fault.received}: ${fault.fix} Allowed: ${fault.allowed}`}
      onChange={(event) => {
        setText(event.currentTarget.value);
        setFault(null);
      }}
      onBlur={() => ask(text, true)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') ask(text, true);
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
