import { type ReactNode, useState } from 'react';
import classes from './pdu-line.module.css';
import { Time } from './time.tsx';
import { UserText } from './user-text.tsx';

/** A PDU that went over a connection, with what it says. */
export interface Pdu {
  id: number;
  at: string;
  connector: string;
  bind: string | null;
  direction: 'out' | 'in';
  command: string | null;
  sequence: number | null;
  status: { code: number; name: string; text: string } | null;
  message_sid: string | null;
  fields: Record<string, unknown>;
  hex: string;
}

/** One PDU as a line, to be opened: its fields, or its octets. `children` stand at the end of what is opened. */
export function PduLine({ pdu, asHex, children }: { pdu: Pdu; asHex: boolean; children?: ReactNode }) {
  const { at, direction, command, sequence, status, fields, hex } = pdu;
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={classes.pdu} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Time at={at} /> {direction === 'out' ? '→' : '←'} <code>{command ?? 'unreadable'}</code>{' '}
        {sequence !== null && <span className="muted">seq {sequence}</span>}{' '}
        {status && (
          <span data-bad={status.code !== 0} className={classes.status}>
            {status.name}
          </span>
        )}
      </summary>
      {isOpen &&
        (asHex ? (
          <pre className={classes.hex}>{hexLines(hex)}</pre>
        ) : (
          <dl className={classes.fields}>
            {Object.entries(fields).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <UserText className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</UserText>
                </dd>
              </div>
            ))}
          </dl>
        ))}
      {isOpen && children}
    </details>
  );
}

/** Sixteen octets a line, in pairs. */
function hexLines(hex: string): string {
  return hex.replaceAll(/(..)/g, '$1 ').replaceAll(/((?:.. ){16})/g, '$1\n');
}
