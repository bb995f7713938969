import { Popover, TextInput } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { QUERY_KEYS, type QueryKey, type QueryTerm } from '../../../domain/message-query.ts';
import { visible } from '../../parts/user-text.tsx';
import classes from './messages.module.css';
import { withoutTerm, withTerm } from './query-text.ts';

/** The chips of the bar, in Twilio's words. Other terms get a chip when they are typed. */
const OFFERED: [QueryKey, string][] = [
  ['to', 'To'],
  ['from', 'From'],
  ['status', 'Status'],
  ['direction', 'Direction'],
  ['date', 'DateSent'],
  ['service', 'Service'],
  ['error', 'ErrorCode'],
];
const NAMES = new Map<string, string>(OFFERED);

interface Props {
  q: string;
  terms: QueryTerm[];
  onChange: (q: string) => void;
}

/** What the list is filtered by, each a chip to take away, and what it could be. */
export function Chips({ q, terms, onChange }: Props) {
  return (
    <>
      {terms.map((term) => (
        <button
          key={term.at}
          type="button"
          className={classes.chip}
          data-set
          aria-label={`Remove the filter ${visible(term.text)}`}
          onClick={() => onChange(withoutTerm(q, term))}
        >
          <span>
            {NAMES.get(term.key) ?? term.key} {visible(term.value)}
          </span>
          <X size={14} aria-hidden />
        </button>
      ))}
      {OFFERED.filter(([key]) => !terms.some((term) => term.key === key)).map(([key, name]) => (
        <AddChip key={key} name={name} term={key} onAdd={(value) => onChange(withTerm(q, key, value))} />
      ))}
    </>
  );
}

function AddChip({ name, term, onAdd }: { name: string; term: QueryKey; onAdd: (value: string) => void }) {
  const [open, setOpen] = useState(false);
  const [value, setValue] = useState('');
  const known = QUERY_KEYS.find(({ key }) => key === term);
  const values: readonly string[] = known !== undefined && 'values' in known ? known.values : [];
  const add = (given: string): void => {
    setOpen(false);
    setValue('');
    if (given.trim() !== '') onAdd(given.trim());
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add(value);
  };
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-start"
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <button type="button" className={classes.chip} onClick={() => setOpen(!open)} aria-haspopup="dialog">
          <Plus size={14} aria-hidden />
          {name}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Filter by ${name}`} p={8}>
        <form onSubmit={submit}>
          <TextInput
            size="xs"
            w={240}
            aria-label={name}
            description={known?.hint}
            placeholder={known?.example.slice(term.length + 1)}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
            data-autofocus
          />
        </form>
        {values.length > 0 && (
          <div className={classes.values}>
            {values.map((one) => (
              <button key={one} type="button" className={classes.chip} onClick={() => add(one)}>
                {one}
              </button>
            ))}
          </div>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
