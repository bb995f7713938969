/** What a webhook attempt was about and how it ended, as icon, word and colour. */
import { CheckCheck, CircleX, RotateCw } from 'lucide-react';
import type { AttemptRow } from '../api/attempts.ts';
import { Chip, StatusChip } from './status-chip.tsx';

/** A webhook asks how to answer; everything else tells. */
const KINDS: Record<string, string> = {
  inbound: 'asked for TwiML',
  fallback: 'asked the fallback',
  click: 'link clicked',
  alert: 'debugger',
  trigger: 'usage trigger',
  esme: 'SMPP client',
};

export function AboutChip({ attempt }: { attempt: Pick<AttemptRow, 'kind' | 'status'> }) {
  const word = KINDS[attempt.kind];
  return word === undefined ? <StatusChip status={attempt.status} /> : <Chip>{word}</Chip>;
}

export function ResultChip({ attempt }: { attempt: Pick<AttemptRow, 'decision' | 'http_status'> }) {
  const { decision, http_status: status } = attempt;
  const words = status === null ? 'no answer' : String(status);
  if (decision === 'done')
    return (
      <Chip tone="good" icon={CheckCheck}>
        {words}
      </Chip>
    );
  if (decision === 'retry') return <Chip tone="warn" icon={RotateCw}>{`${words}, retry`}</Chip>;
  return (
    <Chip tone="bad" icon={CircleX}>
      {words}
    </Chip>
  );
}
