import { Kbd, Modal, TextInput } from '@mantine/core';
import { Search as SearchIcon } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { jumpsFor } from './jump.ts';
import { useNavPages } from './nav.tsx';
import classes from './search.module.css';
import { useGo } from './view.ts';

const APPLE = /Mac|iP(hone|ad)/.test(navigator.platform);

/** "Search or jump": pages, messages by SID, number, code or text. Ctrl or ⌘ and K open it from anywhere. */
export function Search() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);

  return (
    <>
      <button type="button" className={classes.button} onClick={() => setOpen(true)}>
        <SearchIcon size={16} aria-hidden />
        <span className="unseen-narrow">Search or jump</span>
        <Kbd size="xs" className={classes.keys} aria-hidden>
          {APPLE ? '⌘ K' : 'Ctrl K'}
        </Kbd>
      </button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        withCloseButton={false}
        padding={8}
        size="lg"
        centered={false}
        attributes={{ content: { 'aria-label': 'Search or jump' } }}
      >
        <Jumps onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function Jumps({ onDone }: { onDone: () => void }) {
  const pages = useNavPages();
  const go = useGo();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const jumps = jumpsFor(typed, pages);
  const open = (index: number): void => {
    const jump = jumps[index];
    if (jump === undefined) return;
    onDone();
    go(jump.path, jump.search);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((at + step + jumps.length) % Math.max(1, jumps.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      open(at);
    }
  };

  return (
    <>
      <TextInput
        data-autofocus
        aria-label="Search or jump"
        role="combobox"
        aria-expanded
        aria-controls="jumps"
        aria-activedescendant={`jump-${at}`}
        placeholder="A page, a SID, a number, an error code, a text"
        leftSection={<SearchIcon size={16} aria-hidden />}
        value={typed}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
      />
      <div role="listbox" id="jumps" aria-label="Places" className={classes.list}>
        {jumps.map((jump, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the active one
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field hears the keys
          <div
            key={`${jump.path} ${jump.label}`}
            id={`jump-${index}`}
            role="option"
            aria-selected={index === at}
            className={classes.option}
            onMouseMove={() => setAt(index)}
            onClick={() => open(index)}
          >
            {jump.label}
          </div>
        ))}
      </div>
    </>
  );
}
