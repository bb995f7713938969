/** A behaviour as the editor holds it, from and to the spelling of the test-support API. */
import { BEHAVIOURS, type BehaviourKind } from '../../domain/behaviours.ts';
import { timeOf } from './time-words.ts';

export interface Step {
  /** A name of `BEHAVIOURS`. */
  name: string;
  /** As typed; empty for a name without value. */
  value: string;
}

/** `after`: what every message gets that is not in the script. */
export interface Plan {
  script: Step[];
  after: Step;
}

export const DELIVER: Step = { name: 'deliver', value: '' };

export function kindOf(name: string): BehaviourKind {
  return BEHAVIOURS.find((one) => one.name === name) ?? (BEHAVIOURS[0] as BehaviourKind);
}

/** A step with the value that its name begins with. */
export function freshStep(name: string): Step {
  return { name, value: kindOf(name).example };
}

/** Reads what the server shows. */
export function planOf(behave: unknown): Plan {
  if (isObject(behave) && Array.isArray(behave.script)) {
    return { script: behave.script.map(stepOf), after: stepOf(behave.then ?? 'deliver') };
  }
  return { script: [], after: stepOf(behave) };
}

/** Writes what the server takes. It judges the values, and names the place of a wrong one. */
export function behaveOf({ script, after }: Plan): unknown {
  if (script.length === 0) return wordOf(after);
  // biome-ignore lint/suspicious/noThenProperty: the spelling of the API; it is written out, never awaited
  return { script: script.map(wordOf), then: wordOf(after) };
}

/** In a few words: `Undelivered 30003`, `Script, 1 of 3`. */
export function describe(behave: unknown, played = 0): string {
  const { script, after } = planOf(behave);
  if (script.length === 0) return describeStep(after);
  if (played >= script.length) return `Script over: ${describeStep(after)}`;
  return `Script, step ${played + 1} of ${script.length}: ${describeStep(script[played] ?? after)}`;
}

/** For a button: where a script stands, without what the step does. */
export function inBrief(behave: unknown, played = 0): string {
  const { script, after } = planOf(behave);
  if (script.length === 0) return describeStep(after);
  return played >= script.length ? 'Script over' : `Script ${played + 1} of ${script.length}`;
}

export function describeStep({ name, value }: Step): string {
  const { label, value: takes } = kindOf(name);
  if (value === '') return label;
  const instant = takes === 'until' ? Date.parse(value) : Number.NaN;
  return `${label} ${Number.isNaN(instant) ? value : timeOf(new Date(instant))}`;
}

/** Whether a message would meet anything else than a plain delivery. */
export function misbehaves(behave: unknown): boolean {
  return behave !== 'deliver';
}

function stepOf(shown: unknown): Step {
  if (typeof shown === 'string') return { name: shown, value: '' };
  const [name, value] = isObject(shown) ? (Object.entries(shown)[0] ?? []) : [];
  return name === undefined ? DELIVER : { name, value: value === true ? '' : String(value) };
}

function wordOf({ name, value }: Step): unknown {
  switch (kindOf(name).value) {
    case 'none':
      return name;
    case 'code':
      return { [name]: /^\d+$/.test(value.trim()) ? Number(value) : value };
    case 'duration':
    case 'until':
      return { [name]: value.trim() };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
