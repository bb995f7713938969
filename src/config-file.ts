import { parse, TomlError } from 'smol-toml';
import { TABLES } from './config-keys.ts';

/** One setting of the file: its path, what stands there, and the line it stands on (from 1). */
export interface FileEntry {
  path: string;
  written: unknown;
  line: number;
  /** Environment variables it asks for that are not set, a sentence each. */
  problems: string[];
}

export interface ConfigFile {
  entries: FileEntry[];
  /** Entries of `[[numbers]]` and its like, in order. */
  tables: Record<string, { line: number; fields: FileEntry[] }[]>;
  /** Why there is nothing else. */
  problems: string[];
}

type Environment = Record<string, string | undefined>;

/** Reads `pidge.toml` into flat paths, with `${env:X}` filled in. Never throws: what is wrong is told where it stands. */
export function readConfigFile(name: string, text: string, env: Environment): ConfigFile {
  const file: ConfigFile = { entries: [], tables: {}, problems: [] };
  let root: Record<string, unknown>;
  try {
    root = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    file.problems.push(`${name}:${error.line} is not TOML: ${error.message.split('\n')[0]}`);
    return file;
  }
  const lines = indexLines(text);
  const entry = (path: string, written: unknown, line: number): FileEntry => {
    const problems: string[] = [];
    const filled = fillIn(written, env, (problem) => {
      problems.push(`${name}:${line} ${problem}`);
    });
    return { path, written: filled, line, problems };
  };
  for (const [key, value] of flatten(root, '')) {
    if (key in TABLES && Array.isArray(value)) {
      file.tables[key] = value.map((table: unknown, index) => {
        const at = `${key}#${index}`;
        const line = lines.get(at) ?? lines.get(key) ?? 1;
        const fields = flatten(isTable(table) ? table : { '': table }, '');
        return {
          line,
          fields: fields.map(([path, written]) => entry(path, written, lines.get(`${at}.${path}`) ?? line)),
        };
      });
      continue;
    }
    file.entries.push(entry(key, value, lineOf(lines, key)));
  }
  return file;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function flatten(table: Record<string, unknown>, prefix: string): [string, unknown][] {
  return Object.entries(table).flatMap(([key, value]): [string, unknown][] => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return isTable(value) ? flatten(value, path) : [[path, value]];
  });
}

/** The parser keeps no positions, so lines are found by a light scan of headers and keys. */
function indexLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  const seen = new Map<string, number>();
  let header = '';
  text.split('\n').forEach((line, index) => {
    const opened = /^\s*(\[\[?)([^\]]+)\]/.exec(line);
    if (opened?.[2] !== undefined) {
      header = opened[2].trim().replaceAll('"', '');
      if (opened[1] === '[[') {
        const count = seen.get(header) ?? 0;
        seen.set(header, count + 1);
        header = `${header}#${count}`;
      }
      lines.set(header, index + 1);
      return;
    }
    const key = /^\s*([\w."'-]+)\s*=/.exec(line)?.[1]?.replaceAll(/["']/g, '');
    if (key !== undefined) lines.set(header === '' ? key : `${header}.${key}`, index + 1);
  });
  return lines;
}

/** The line of a path, or of the nearest table around it (inline tables stand on one line). */
function lineOf(lines: Map<string, number>, path: string): number {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const line = lines.get(at);
    if (line !== undefined) return line;
  }
  return 1;
}

function fillIn(written: unknown, env: Environment, report: (problem: string) => void): unknown {
  if (Array.isArray(written)) return written.map((one) => fillIn(one, env, report));
  if (typeof written !== 'string') return written;
  return written.replaceAll(/\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined) report(`asks for the environment variable ${name}, which is not set.`);
    return value ?? '';
  });
}
