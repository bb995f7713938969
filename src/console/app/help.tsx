import { Kbd, Modal, Switch } from '@mantine/core';
import { useEffect, useState } from 'react';
import classes from './help.module.css';
import { useBoundKeys, useKey, useKeysOn } from './keys.ts';

const OPEN = 'pidge:help';
const NAMES: Record<string, string> = { Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓' };

/** Opens the help from anywhere. */
export function openHelp(): void {
  window.dispatchEvent(new Event(OPEN));
}

/** The keys that work here and now, and where the documents are. */
export function Help() {
  const [open, setOpen] = useState(false);
  const [on, turn] = useKeysOn();
  const keys = useBoundKeys();
  useKey('?', 'This help', () => setOpen(true));
  useEffect(() => {
    const listen = (): void => setOpen(true);
    window.addEventListener(OPEN, listen);
    return () => window.removeEventListener(OPEN, listen);
  }, []);

  return (
    <Modal opened={open} onClose={() => setOpen(false)} title="Keys and help" size="lg">
      <Switch label="One-letter keys" checked={on} onChange={(event) => turn(event.currentTarget.checked)} />
      <dl className={classes.keys}>
        {keys.map(({ key, label }) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((one) => (
                <Kbd key={one} size="sm">
                  {NAMES[one] ?? one}
                </Kbd>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
        <div>
          <dt>
            <Kbd size="sm">Ctrl</Kbd> <Kbd size="sm">K</Kbd>
          </dt>
          <dd>Search or jump</dd>
        </div>
      </dl>
      <p className="muted">
        Keys never fire in fields. All that this console asks of the server is described at{' '}
        <code>/_admin/v1/openapi.json</code>.
      </p>
    </Modal>
  );
}
