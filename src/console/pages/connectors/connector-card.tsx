/** One connector: its state, its settings, what it does, and what can be done about it. */
import { Button } from '@mantine/core';
import { CircleCheck, CirclePause, CircleX, Unplug } from 'lucide-react';
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
import { type Connector, duration, type Figures, share } from './connectors.ts';
import { PauseDialogue, ResumeButton } from './pause.tsx';
import { StatusMix } from './status-mix.tsx';
import { TestDialogue } from './test.tsx';

const KINDS: Record<string, string> = { smpp: 'SMPP', whatsapp: 'WhatsApp', http: 'HTTP', simulated: 'simulated' };

interface Props {
  connector: Connector;
  figures?: Figures;
  onLog: () => void;
}

export function ConnectorCard({ connector, figures, onLog }: Props) {
  const mayChange = useMayChange();
  const [pausing, setPausing] = useState(false);
  const [testing, setTesting] = useState(false);
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
          {mayChange && (
            <Button variant="default" onClick={() => setTesting(true)}>
              Test
            </Button>
          )}
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
                className={classes.file}
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
      {connector.figures && <StatusMix statuses={connector.figures.statuses} />}
      {isBusy && (
        <Plot
          title="Handed over"
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
      <TestDialogue name={name} open={testing} onClose={() => setTesting(false)} />
      <PauseDialogue name={name} open={pausing} onClose={() => setPausing(false)} />
    </section>
  );
}

function State({ connector: { bound, paused, figures } }: { connector: Connector }) {
  const binds = figures?.binds ?? [];
  const since = bound === null ? undefined : sinceOf(binds, bound);
  return (
    <span className={classes.state}>
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
      {since !== undefined && (
        <span className="muted">
          <Time at={since} as="relative" />
        </span>
      )}
    </span>
  );
}

/** Bound since the first that still is; else away since the last was lost. */
function sinceOf(binds: NonNullable<Connector['figures']>['binds'], bound: boolean): string | undefined {
  const instants = binds.filter((one) => one.bound === bound).map(({ since }) => since);
  return instants.sort().at(bound ? 0 : -1);
}

function Facts({ connector, figures }: Pick<Props, 'connector' | 'figures'>) {
  const { peer, tls, system_id, bind, binds = 1, window, rate, trace, figures: lately } = connector;
  const notTaken = figures?.notTakenShare ?? null;
  const limit = rate == null ? null : rate * binds;
  return (
    <>
      <dl className={classes.figures}>
        {figures && (
          <Figure name="Messages/s">
            {round(figures.perSecond)}
            {limit !== null && <span className="muted"> of {limit}</span>}
          </Figure>
        )}
        {window !== undefined && (
          <Figure name="Window">
            {figures?.windowUsed != null && `${round(figures.windowUsed * window * binds)} of `}
            {window * binds}
          </Figure>
        )}
        {lately !== null && (
          <>
            {(lately.queue ?? lately.in_hand) !== null && (
              <Figure name={lately.queue === null ? 'Waiting in it' : 'Queue'}>{lately.queue ?? lately.in_hand}</Figure>
            )}
            <Figure name="Answer p95">{known(lately.submit_p95_seconds, duration)}</Figure>
            <Figure name="Receipt p50">{known(lately.receipt_p50_seconds, duration)}</Figure>
            <Figure name="Missing receipts" isBad={(lately.missing_receipts ?? 0) > 0}>
              {known(lately.missing_receipts, share)}
            </Figure>
          </>
        )}
        {figures && (
          <Figure name="Not taken" isBad={(notTaken ?? 0) > 0}>
            {known(notTaken, share)}
          </Figure>
        )}
      </dl>
      {lately?.last_trouble && (
        <p>
          <span className="muted">Last trouble</span> <UserText>{lately.last_trouble.text}</UserText>{' '}
          <Time at={lately.last_trouble.at} as="relative" />
        </p>
      )}
      {peer !== undefined && (
        <dl className={classes.facts}>
          <Fact name="Peer">
            <UserText className="mono">{peer}</UserText> {tls ? 'TLS' : 'without TLS'}
          </Fact>
          <Fact name="System ID">
            <UserText className="mono">{system_id ?? ''}</UserText>
          </Fact>
          <Fact name="Binds">
            {binds} × {bind} <Binds binds={lately?.binds ?? []} />
          </Fact>
          <Fact name="Rate">{rate == null ? 'no limit' : `${rate} PDUs/s and bind`}</Fact>
          <Fact name="Traced">{trace}</Fact>
        </dl>
      )}
    </>
  );
}

/** One mark a bind, where there are several or one is lost. */
function Binds({ binds }: { binds: NonNullable<Connector['figures']>['binds'] }) {
  if (binds.length < 2 && binds.every(({ bound }) => bound)) return null;
  return (
    <span className={classes.binds}>
      {binds.map(({ name, bound, since, why }) => {
        const Mark = bound ? CircleCheck : Unplug;
        const word = bound ? 'bound' : 'not bound';
        return (
          <span
            key={name}
            className={bound ? classes.good : classes.bad}
            title={`${name}: ${why ?? word}, since ${since}`}
          >
            <Mark size={14} aria-label={`${name} ${word}`} />
          </span>
        );
      })}
    </span>
  );
}

function Figure({ name, isBad = false, children }: { name: string; isBad?: boolean; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={isBad ? classes.bad : undefined}>{children}</dd>
    </div>
  );
}

/** A dash for what nobody knows yet. */
function known(value: number | null, words: (value: number) => string): React.ReactNode {
  return value === null ? <span className="muted">–</span> : words(value);
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
