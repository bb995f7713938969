/** One climb of the staircase to a carrier, step by step as the server tells it. */
import { useEffect, useRef, useState } from 'react';
import type { TestStep } from '../../../domain/test-step.ts';
import { answerOf } from '../../api/client.ts';

export interface TestRun {
  /** `null`: none was begun. */
  steps: TestStep[] | null;
  isRunning: boolean;
  error: unknown;
  begin: (message: { to?: string; from?: string }) => void;
  /** Also forgets what it told. */
  stop: () => void;
}

export function useTestRun(name: string): TestRun {
  const [steps, setSteps] = useState<TestStep[] | null>(null);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const left = useRef<AbortController | null>(null);
  useEffect(() => () => left.current?.abort(), []);

  const run = async (message: object, { signal }: AbortController): Promise<void> => {
    try {
      const path = `connectors/${encodeURIComponent(name)}/test`;
      const { body } = await answerOf(path, { method: 'POST', json: message, signal });
      for await (const step of stepsIn(body)) setSteps((before) => [...(before ?? []), step]);
    } catch (failure) {
      if (!signal.aborted) setError(failure);
    } finally {
      if (!signal.aborted) setRunning(false);
    }
  };

  const reset = (): void => {
    left.current?.abort();
    setError(null);
    setSteps(null);
    setRunning(false);
  };
  return {
    ...{ steps, isRunning, error, stop: reset },
    begin(message) {
      reset();
      left.current = new AbortController();
      setSteps([]);
      setRunning(true);
      void run(message, left.current);
    },
  };
}

/** A line of JSON each, as they come. */
export async function* stepsIn(body: ReadableStream<Uint8Array> | null): AsyncGenerator<TestStep> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const read = await reader?.read();
    if (!read || read.done) return;
    const lines = (rest + decoder.decode(read.value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as TestStep;
  }
}
