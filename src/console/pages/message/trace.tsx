import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { adminUrl } from '../../api/client.ts';
import { PageLink } from '../../app/page-link.tsx';
import { PduLine } from '../../parts/pdu-line.tsx';
import { UserText } from '../../parts/user-text.tsx';
import type { Detail } from './detail.ts';
import classes from './trace.module.css';

/** What went over the connection to the carrier, a line a PDU, each to be opened. */
export function Trace({ account, detail }: { account: string; detail: Detail }) {
  const { trace, parts, message, route } = detail;
  const [as, setAs] = useState('decoded');
  return (
    <>
      {route.notes.map((note) => (
        <p key={note}>
          <UserText>{note}</UserText>
        </p>
      ))}
      {route.waits.map((wait) => (
        <p key={wait} className={classes.wait}>
          <UserText>{wait}</UserText> <PageLink to="/connectors">Connectors</PageLink>
        </p>
      ))}
      {parts.length > 0 && (
        <ul className={classes.parts}>
          {parts.map(({ part, connector, carrier_id: id, state, error_code: code }) => (
            <li key={part}>
              {parts.length > 1 && `Part ${part + 1} of ${parts.length} by `}
              <strong>{connector}</strong>: {state} {code !== null && <strong>{code}</strong>}{' '}
              {id !== null && (
                <span className="muted">
                  carrier id <UserText className="mono">{id}</UserText>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {trace.length === 0 ? (
        <p className="muted">
          {parts.length === 0
            ? message.direction === 'inbound'
              ? 'Nothing is kept of its way in: the carrier speaks no SMPP, or none was traced.'
              : 'No carrier has had it.'
            : 'No PDUs are kept: this carrier speaks no SMPP, or none was traced.'}
        </p>
      ) : (
        <>
          <div className={classes.tools}>
            <SegmentedControl
              size="xs"
              value={as}
              onChange={setAs}
              data={[
                { value: 'decoded', label: 'Decoded' },
                { value: 'hex', label: 'Hex' },
              ]}
            />
            <a href={adminUrl(`accounts/${account}/messages/${message.sid}/trace.pcap`)} download>
              pcap
            </a>
          </div>
          {trace.map((pdu) => (
            <PduLine key={pdu.id} pdu={pdu} asHex={as === 'hex'} />
          ))}
        </>
      )}
    </>
  );
}
