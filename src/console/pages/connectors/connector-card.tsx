/** One connector: its state, its settings, what it does, and what can be done about it. */
import { Button } from '@mantine/core';
import { CircleCheck, CirclePause, CircleX } from 'lucide-react';
import { useState } from 'react';
import { adminUrl } from '../../api/client.ts';
import { useMayChange } from '../../app/session-context.ts';
import { Plot } from '../../parts/plot.tsx';
import { shellWord } from '../../parts/shell-words.ts';
import { Snippet } from '../../parts/snippet.tsx';
import { Chip } from '../../parts/status-chip.tsx';
import { Time } from '../../parts/time.tsx';
import { UserText } from '../../parts/user-text.tsx';
import classes from './connectors.module.css';
import type { Connector, Figures } from './connectors.ts';
import { PauseDialogue, ResumeButton } from './pause.tsx';
import { Refused } from './refused.tsx';

const KINDS: Record<string, string> = { smpp: 'SMPP', whatsapp: 'WhatsApp', http: 'HTTP', simulated: 'simulated' };

interface Props {
  connector: Connector;
  figures?: Figures;
  onLog: () => void;
}

export function ConnectorCard({ connector, figures, onLog }: Props) {
  const mayChange = useMayChange();
  const [pausing, setPausing] = useState(false);
  const { name, kind, paused } = connector;
  const isSmpp = connector.peer !== undefined;
  const isBusy = figures !== undefined && [...figures.taken, ...figures.notTaken].some((value) => (value ?? 0) > 0);
  return (
    <section className={classes.card} aria-label={name} data-testid="connector" data-name={name}>
      <div className={classes.head}>
        <h2>
          <UserText>{name}</UserText>
        </h2>
        <span className="muted">{KINDS[kind] ?? kind}</span>
        <State connector={connector} />
        <div className={classes.tools}>
          {mayChange &&
            (paused === null ? (
              <Button variant="default" onClick={() => setPausing(true)}>
                Pause
              </Button>
            ) : (
              <ResumeButton name={name} />
            ))}
          {isSmpp && (
            <>
              <Button variant="default" onClick={onLog}>
                PDU log
              </Button>
              <Button
                component="a"
                variant="default"
                href={adminUrl(`connectors/${encodeURIComponent(name)}/pdus.pcap`)}
                download
              >
                pcap
              </Button>
            </>
          )}
        </div>
      </div>
      {paused !== null && (
        <p>
          Paused <Time at={paused.since} as="relative" />
          {paused.reason !== null && (
            <>
              : <UserText>{paused.reason}</UserText>
            </>
          )}
          . What waits for it goes by the next route, or waits.
        </p>
      )}
      <Facts connector={connector} figures={figures} />
      {isSmpp && connector.trace !== 'off' && <Refused name={name} />}
      {isBusy && (
        <Plot
          title="Messages handed over"
          unit="per second"
          at={figures.at}
          height={110}
          series={[
            { label: 'Taken', colour: 'sent', values: figures.taken },
            { label: 'Not taken', colour: 'failed', values: figures.notTaken },
          ]}
        />
      )}
      {isSmpp && <Snippet label="Command" code={`pidge connector test ${shellWord(name)}`} />}
      <PauseDialogue name={name} open={pausing} onClose={() => setPausing(false)} />
    </section>
  );
}

function State({ connector: { bound, paused } }: { connector: Connector }) {
  return (
    <>
      {paused !== null && (
        <Chip tone="warn" icon={CirclePause}>
          paused
        </Chip>
      )}
      {bound === true && (
        <Chip tone="good" icon={CircleCheck}>
          bound
        </Chip>
      )}
      {bound === false && (
        <Chip tone="bad" icon={CircleX}>
          not bound
        </Chip>
      )}
    </>
  );
}

function Facts({ connector, figures }: Pick<Props, 'connector' | 'figures'>) {
  const { peer, tls, system_id, bind, binds = 1, window, rate, trace } = connector;
  const share = figures?.notTakenShare ?? null;
  return (
    <dl className={classes.facts}>
      {figures && (
        <>
          <Fact name="Last minute">{round(figures.perSecond)} messages/s</Fact>
          {share !== null && (
            <Fact name="Not taken">
              <span className={share > 0 ? classes.bad : undefined}>{round(share * 100)} %</span>
            </Fact>
          )}
        </>
      )}
      {peer !== undefined && (
        <>
          <Fact name="Peer">
            <UserText className="mono">{peer}</UserText> {tls ? 'TLS' : 'without TLS'}
          </Fact>
          <Fact name="System ID">
            <UserText className="mono">{system_id ?? ''}</UserText>
          </Fact>
          <Fact name="Binds">
            {binds} × {bind}
          </Fact>
          <Fact name="Window">
            {figures?.windowUsed != null && `${round(figures.windowUsed * 100)} % of `}
            {window}
          </Fact>
          <Fact name="Rate">{rate == null ? 'no limit' : `${rate} PDUs/s and bind`}</Fact>
          <Fact name="Traced">{trace}</Fact>
        </>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
