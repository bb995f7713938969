import {
  ArrowDown,
  Ban,
  Check,
  CheckCheck,
  CircleDashed,
  CircleX,
  Clock,
  Eye,
  type LucideIcon,
  Send,
  TriangleAlert,
} from 'lucide-react';
import classes from './status-chip.module.css';

/** Status → icon and colour (a name of theme.css). Statuses of one colour differ by icon and word. */
const LOOKS: Record<string, [LucideIcon, string]> = {
  accepted: [CircleDashed, 'queued'],
  queued: [CircleDashed, 'queued'],
  scheduled: [Clock, 'scheduled'],
  sending: [Send, 'sent'],
  sent: [Check, 'sent'],
  delivered: [CheckCheck, 'delivered'],
  read: [Eye, 'read'],
  undelivered: [TriangleAlert, 'undelivered'],
  failed: [CircleX, 'failed'],
  receiving: [ArrowDown, 'received'],
  received: [ArrowDown, 'received'],
  canceled: [Ban, 'canceled'],
};

interface Props {
  status: string;
  /** A longer word in place of the status. */
  label?: string;
}

/** A status as icon, word and colour, so that none of the three is needed to tell it. */
export function StatusChip({ status, label }: Props) {
  const [Icon, colour] = LOOKS[status] ?? [CircleDashed, 'queued'];
  return (
    <span className={classes.chip} data-colour={colour} data-testid="status-chip" data-status={status}>
      <Icon size={13} aria-hidden strokeWidth={2.4} />
      {label ?? status}
    </span>
  );
}

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'plain';
const TONES: Record<Tone, string> = {
  good: 'delivered',
  bad: 'failed',
  warn: 'undelivered',
  info: 'sent',
  plain: 'queued',
};

/** The same chip for what is no message status: a connector's state, an HTTP answer, a role. */
export function Chip({
  tone = 'plain',
  icon: Icon,
  children,
}: {
  tone?: Tone;
  icon?: LucideIcon;
  children: React.ReactNode;
}) {
  return (
    <span className={classes.chip} data-colour={TONES[tone]}>
      {Icon && <Icon size={13} aria-hidden strokeWidth={2.4} />}
      {children}
    </span>
  );
}
