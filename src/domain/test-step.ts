/** One step of the staircase to a carrier, as everybody is told it: the terminal, the door and the console. */
export interface TestStep {
  step: string;
  outcome: 'ok' | 'failed' | 'skipped';
  text: string;
  /** `null`: it took none, or has failed. */
  ms: number | null;
  /** Of a failed one, the likeliest first. */
  causes: Cause[];
}

/** Why a step may have failed, and what to do about it. */
export interface Cause {
  why: string;
  fix: string;
}
