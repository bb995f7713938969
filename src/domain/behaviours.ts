/** The ways in which a simulated phone can behave, in words: for whoever offers them to be chosen. */

/** What a behaviour needs beside its name. `until`: an instant or a duration from now. */
export type BehaviourValue = 'none' | 'duration' | 'code' | 'until';

export interface BehaviourKind {
  /** As the test-support API spells it. */
  name: string;
  label: string;
  value: BehaviourValue;
  /** A value that can be used as it is; empty where there is none. */
  example: string;
  /** What becomes of a message. */
  effect: string;
}

/** Without `script`, which lists these. */
export const BEHAVIOURS: readonly BehaviourKind[] = [
  {
    name: 'deliver',
    label: 'Deliver',
    value: 'none',
    example: '',
    effect: 'Arrives at once and is reported delivered.',
  },
  {
    name: 'deliver_after',
    label: 'Deliver after',
    value: 'duration',
    example: '2s',
    effect: 'Arrives and is reported so much later.',
  },
  {
    name: 'undelivered',
    label: 'Undelivered',
    value: 'code',
    example: '30003',
    effect: 'The carrier takes it and reports that it did not arrive.',
  },
  { name: 'failed', label: 'Failed', value: 'code', example: '30001', effect: 'The carrier does not take it.' },
  {
    name: 'no_receipt',
    label: 'No receipt',
    value: 'none',
    example: '',
    effect: 'Arrives, and nobody reports it: the message stays sent.',
  },
  {
    name: 'unreachable_until',
    label: 'Unreachable until',
    value: 'until',
    example: '10m',
    effect: 'Held by the carrier until the phone is back, then delivered.',
  },
  { name: 'blocked', label: 'Blocked', value: 'none', example: '', effect: 'Undelivered with 30004.' },
  { name: 'landline', label: 'Landline', value: 'none', example: '', effect: 'Undelivered with 30006.' },
  {
    name: 'read_after',
    label: 'Read after',
    value: 'duration',
    example: '2s',
    effect: 'Delivered, and so much later read (WhatsApp, Messenger and RCS).',
  },
];
