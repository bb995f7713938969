/**
 * The keyboard. A page names a key and what it does with `useKey`; the newest that stands wins. Keys never fire in
 * fields, with Ctrl, Alt or Meta, or under an open dialogue, and all can be turned off (one-letter keys get in the way
 * of speech input: WCAG 2.1.4).
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';

interface Binding {
  /** As `KeyboardEvent.key` has it, or `g` and a letter: `j`, `Escape`, `?`, `g m`. */
  key: string;
  label: string;
  run: (event: KeyboardEvent) => void;
}

const CHORD_MS = 1_500;
const STORED = 'pidge.keys';

const bindings: Binding[] = [];
const watchers = new Set<() => void>();
let shown: readonly { key: string; label: string }[] = [];
let chordAt = Number.NEGATIVE_INFINITY;

/** Binds a key while the component stands; `label` is what the help calls it. `enabled` false leaves it to others. */
export function useKey(key: string, label: string, run: (event: KeyboardEvent) => void, enabled = true): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!enabled) return;
    const binding: Binding = { key, label, run: (event) => latest.current(event) };
    bindings.push(binding);
    publish();
    return () => {
      bindings.splice(bindings.indexOf(binding), 1);
      publish();
    };
  }, [key, label, enabled]);
}

/** What the keys do here and now, for the help. */
export function useBoundKeys(): readonly { key: string; label: string }[] {
  return useSyncExternalStore(watch, () => shown);
}

/** Whether one-letter keys are on, and how to turn them. */
export function useKeysOn(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(watch, keysOn);
  return [on, turnKeys];
}

function turnKeys(on: boolean): void {
  localStorage.setItem(STORED, on ? 'on' : 'off');
  publish();
}

function keysOn(): boolean {
  return localStorage.getItem(STORED) !== 'off';
}

/** Listens for the whole tab. Called once. */
export function listenToKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || !keysOn()) return;
    if (isField(event.target) || document.querySelector('[role="dialog"]') !== null) return;
    const chord = event.timeStamp - chordAt < CHORD_MS;
    chordAt = Number.NEGATIVE_INFINITY;
    const pressed = chord ? `g ${event.key}` : event.key;
    const found = bindings.findLast(({ key }) => key === pressed);
    if (found !== undefined) {
      event.preventDefault();
      found.run(event);
    } else if (event.key === 'g') {
      chordAt = event.timeStamp;
    }
  });
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function publish(): void {
  shown = [...new Map(bindings.map(({ key, label }) => [key, { key, label }])).values()];
  for (const watcher of watchers) watcher();
}
