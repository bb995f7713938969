/**
 * Shares the way out among receivers: at most `perHost` jobs of one host run at a time, some more wait in line, and
 * what finds the line full is turned away. So a receiver that hangs fills its own line and nobody else's.
 */
export interface FairHostsOptions<J> {
  perHost: number;
  /** Longest line of one host. */
  maxWaiting: number;
  /** Starts a job; the job calls `leave` once when it ends. `false`: it was not started after all, take the next. */
  launch(job: J): boolean;
}

interface Host<J> {
  running: number;
  waiting: J[];
}

export class FairHosts<J> {
  readonly #options: FairHostsOptions<J>;
  /** Only hosts with something running; so the map is bounded by what is in flight. */
  readonly #hosts = new Map<string, Host<J>>();

  constructor(options: FairHostsOptions<J>) {
    this.#options = options;
  }

  /** Starts the job or puts it into the host's line. `false`: the line is full and the job was turned away. */
  enter(name: string, job: J): boolean {
    const host = this.#hosts.get(name) ?? { running: 0, waiting: [] };
    if (host.running >= this.#options.perHost) {
      if (host.waiting.length >= this.#options.maxWaiting) return false;
      host.waiting.push(job);
      return true;
    }
    this.#hosts.set(name, host);
    host.running += 1;
    if (!this.#options.launch(job)) this.leave(name);
    return true;
  }

  /** A job of this host has ended: the next in line starts. */
  leave(name: string): void {
    const host = this.#hosts.get(name);
    if (!host) return;
    for (let job = host.waiting.shift(); job !== undefined; job = host.waiting.shift()) {
      if (this.#options.launch(job)) return;
    }
    host.running -= 1;
    if (host.running === 0) this.#hosts.delete(name);
  }
}
