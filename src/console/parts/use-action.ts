import { notifications } from '@mantine/notifications';
import { type SyntheticEvent, useState } from 'react';

export interface Action<Given extends unknown[]> {
  /** Does it and says whether it went. It never throws: why not is `error`. */
  run: (...given: Given) => Promise<boolean>;
  isBusy: boolean;
  /** Why the last one did not go; `null` where it went, or goes. */
  error: unknown;
  /** Takes the refusal out of sight. */
  forget: () => void;
}

/** What a press of a button does: that it is under way, and its refusal, which `onRefusal` takes where it is shown elsewhere. */
export function useAction<Given extends unknown[]>(
  act: (...given: Given) => Promise<unknown>,
  onRefusal?: (error: unknown) => void,
): Action<Given> {
  // Two rows of one table may be under way at once, and the first to end must not end the other.
  const [running, setRunning] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const run = async (...given: Given): Promise<boolean> => {
    setRunning((before) => before + 1);
    setError(null);
    try {
      await act(...given);
      return true;
    } catch (refusal) {
      (onRefusal ?? setError)(refusal);
      return false;
    } finally {
      setRunning((before) => before - 1);
    }
  };
  return { run, isBusy: running > 0, error, forget: () => setError(null) };
}

/** A refusal as a notice, where the page has no place for it. */
export function tellRefusal(error: unknown): void {
  notifications.show({ color: 'red.9', message: error instanceof Error ? error.message : String(error) });
}

/** The same for a form: what it holds is sent by us, not by the browser. */
export function onSubmit(run: () => Promise<unknown>): (event: SyntheticEvent) => void {
  return (event) => {
    event.preventDefault();
    void run();
  };
}
