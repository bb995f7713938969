import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** A folder of its own for a test, gone after it. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the command line in `cwd` with nothing of our own environment but PATH. */
export function start(args: string[], cwd: string, env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

export function ended(child: ChildProcess): Promise<Ended> {
  const result: Ended = { code: null, out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    result.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    result.err += text;
  });
  return new Promise((done) => child.once('close', (code) => done({ ...result, code })));
}

export function pidge(args: string[], cwd: string, env: Record<string, string> = {}): Promise<Ended> {
  return ended(start(args, cwd, env));
}

/** Collects stdout and resolves with all of it as soon as it matches; rejects when the process ends first. */
export function output(child: ChildProcess): { until(pattern: RegExp): Promise<string>; all(): string } {
  let text = '';
  let errors = '';
  const waiting = new Set<() => void>();
  const ring = (): void => {
    for (const one of waiting) one();
  };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    ring();
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  child.once('close', ring);
  return {
    all: () => text,
    until: (pattern) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (pattern.test(text)) done(text);
          else if (child.exitCode !== null || child.signalCode !== null) {
            fail(new Error(`ended before ${pattern}:\n${text}\n${errors}`));
          } else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** A running `dev` on a free port, with its address. */
export async function devServer(cwd: string, args: string[] = [], env: Record<string, string> = {}) {
  const child = start(['dev', '--port', '0', ...args], cwd, env);
  const lines = output(child);
  const banner = await lines.until(/client\.api\.baseUrl = '[^']+'/);
  const url = /baseUrl = '([^']+)'/.exec(banner)?.[1] ?? '';
  return { child, lines, banner, url, port: new URL(url).port };
}
