/**
 * Named places where a test may kill, delay or break the process. Handed in like the clock; production hands in
 * `noFaults`, so a point costs one empty call. A point that no storm ever hits fails the storm suite.
 */
export const FAULT_POINTS = [
  'accept.before-commit',
  'accept.after-commit',
  'claim.before-commit',
  'claim.after-commit',
  'settle.before-commit',
  'settle.after-commit',
  'receive.before-commit',
  'receive.after-commit',
  'finish.before-commit',
  'finish.after-commit',
  'intake.before-commit',
  'intake.after-commit',
  'reply.before-commit',
  'reply.after-commit',
  'privacy.before-commit',
  'privacy.after-commit',
  'account.before-commit',
  'account.after-commit',
  'dispatch.before-send',
  'dispatch.after-send',
  'receipt.before-receive',
  'receipt.after-receive',
  'callback.before-request',
  'callback.after-request',
  'answer.before-201',
  'answer.after-201',
  'migrate.before-step',
  'migrate.after-step',
  'start.before-listen',
  'start.after-listen',
  'stop.before-close',
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

export interface Faults {
  /** Does nothing, or whatever the test armed at this point. */
  at(point: FaultPoint): void;
}

export const noFaults: Faults = { at: () => undefined };
