/** Other people's programs as peers: where they are, why a test goes without them, and how they are run. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';

const DRIVE_SMPP = ['/usr/lib/kannel/test/drive_smpp'];
const BEARERBOX = ['/usr/sbin/bearerbox', '/usr/bin/bearerbox'];
const SMSBOX = ['/usr/sbin/smsbox', '/usr/bin/smsbox'];

const first = (paths: string[]) => paths.find((path) => existsSync(path));
const answers = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

export const programs = { driveSmpp: first(DRIVE_SMPP), bearerbox: first(BEARERBOX), smsbox: first(SMSBOX) };

/** By peer, why it cannot be had; `null`: it can. */
const missing = {
  smpp: hasPackage('smpp') ? null : 'the package smpp is not installed (npm install)',
  netSmpp: answers('perl', '-MNet::SMPP', '-e', '1') ? null : 'Net::SMPP is not installed (libnet-smpp-perl)',
  driveSmpp: programs.driveSmpp ? null : 'drive_smpp is not installed (kannel-extras)',
  kannel: programs.bearerbox && programs.smsbox ? null : 'bearerbox and smsbox are not installed (kannel)',
  tshark: answers('tshark', '--version') ? null : 'tshark is not installed',
};

/** Said once for each suite that is left out; without Wireshark nothing is judged, so it counts for all. */
export function whyNot(peer: keyof typeof missing): string | null {
  const reason = missing[peer] ?? missing.tshark;
  if (reason) console.log(`SKIPPED interop with ${peer}: ${reason}`);
  return reason;
}

function hasPackage(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** A program that runs, and all that it has said. */
export class Program {
  readonly #child: ChildProcess;
  said = '';

  constructor(path: string, args: string[], cwd?: string) {
    this.#child = spawn(path, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
      });
    }
  }

  /** The lines of JSON among what it said. */
  get facts(): Record<string, unknown>[] {
    return this.said
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line));
  }

  async until(done: (program: Program) => boolean, limitMs = 20_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!done(this)) {
      const isOver = this.#child.exitCode !== null || performance.now() > end;
      if (isOver) throw new Error(`it never came to be: ${done}\n${this.said.slice(-4_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const over = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await over;
  }
}
