/** What a request asks of the store: the verbs and reads, in their order, told apart from what the engine does meanwhile. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Store } from '../../src/store/store.ts';

const current = new AsyncLocalStorage<string[]>();
const works = new Map<string, string[]>();

/** Put into a request, it names it. */
export const WORK_HEADER = 'x-test-work';

/** Runs the rest of a request; to be said again where reading its body may have ended the context. */
export function during(name: string | string[] | undefined, rest: () => void): void {
  const work = works.get(String(name)) ?? [];
  works.set(String(name), work);
  current.run(work, rest);
}

/** What was asked for during the request of this name. */
export function workOf(name: string): string[] {
  return works.get(name) ?? [];
}

/** The same store, with everything written down that is asked of it during a request. */
export function watched(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        current.getStore()?.push(String(name));
        return Reflect.apply(value, target, args);
      };
    },
  });
}
