/** The PDU log of a connector: newest first, and live. */
import { Drawer, SegmentedControl, Switch } from '@mantine/core';
import { useState } from 'react';
import { PageLink } from '../../app/page-link.tsx';
import { Failure } from '../../parts/failure.tsx';
import { type Pdu, PduLine } from '../../parts/pdu-line.tsx';
import { shortSid } from '../../parts/sid.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { visible } from '../../parts/user-text.tsx';
import classes from './connectors.module.css';
import type { Connector } from './connectors.ts';
import { usePduTail } from './pdus.ts';

const KEPT: Record<string, string> = {
  failures: 'Only what went wrong is kept (trace = "failures").',
  all: 'Everything is kept (trace = "all").',
  off: 'Nothing is kept (trace = "off").',
};

export function PduLog({ connector, onClose }: { connector: Connector | null; onClose: () => void }) {
  return (
    <Drawer
      opened={connector !== null}
      onClose={onClose}
      position="right"
      size="min(760px, 100vw)"
      title={connector && `PDUs of ${visible(connector.name)}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {connector !== null && <Log key={connector.name} connector={connector} />}
    </Drawer>
  );
}

function Log({ connector: { name, trace = 'off' } }: { connector: Connector }) {
  const [isLive, setLive] = useState(true);
  const [as, setAs] = useState('decoded');
  const { pdus, error, retry } = usePduTail(name, isLive);
  return (
    <div className={classes.log}>
      <div className={classes.head}>
        <SegmentedControl
          size="xs"
          aria-label="PDUs as"
          value={as}
          onChange={setAs}
          data={[
            { value: 'decoded', label: 'Decoded' },
            { value: 'hex', label: 'Hex' },
          ]}
        />
        <Switch
          size="xs"
          label="Live"
          checked={isLive}
          onChange={({ currentTarget }) => setLive(currentTarget.checked)}
        />
        <span className="muted">{KEPT[trace] ?? trace}</span>
      </div>
      {error !== null && <Failure error={error} onRetry={retry} />}
      {pdus === null ? (
        error === null && <Skeleton rows={8} />
      ) : pdus.length === 0 ? (
        <p className="muted">No PDU is kept yet.</p>
      ) : (
        <div data-testid="pdu-log">
          {pdus.map((pdu) => (
            <PduLine key={pdu.id} pdu={pdu} asHex={as === 'hex'}>
              <About pdu={pdu} />
            </PduLine>
          ))}
        </div>
      )}
    </div>
  );
}

function About({ pdu: { bind, message_sid: sid } }: { pdu: Pdu }) {
  return (
    <p className="muted">
      {bind !== null && `bind ${visible(bind)} `}
      {sid !== null && <PageLink to={`/messages/${sid}`}>message {shortSid(sid)}</PageLink>}
    </p>
  );
}
