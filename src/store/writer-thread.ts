import { Worker } from 'node:worker_threads';
import type { ToMain, WriterSettings } from './sqlite-writer.ts';

/** Resolves with the thread of `sqlite-writer.ts` once it is ready; rejects with a plain sentence when it cannot open the file. */
export async function startWriter(data: WriterSettings, onMigrating?: (steps: string[]) => void): Promise<Worker> {
  // No inherited flags: some, such as --input-type, keep a thread from starting.
  const worker = new Worker(new URL('./sqlite-writer.ts', import.meta.url), { workerData: data, execArgv: [] });
  await new Promise<void>((resolve, reject) => {
    const end = (settle: () => void): void => {
      worker.removeAllListeners('error').removeAllListeners('message');
      settle();
    };
    const refuse = (cause: Error): void => {
      reject(new Error(`The store at ${data.path} cannot be opened: ${cause.message}`, { cause }));
    };
    worker.once('error', (error) => end(() => refuse(error)));
    worker.on('message', (message: ToMain) => {
      if ('migrating' in message) onMigrating?.(message.migrating);
      else if ('refused' in message) end(() => refuse(message.refused));
      else end(resolve);
    });
  });
  return worker;
}
