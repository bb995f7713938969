/**
 * Shares the way out among receivers: at most `perHost` jobs of one host run at a time, some more wait in line, more
 * stand behind it without what they hold, and the rest is turned away. So a receiver that hangs fills its own line and
 * nobody else's, and one that is only slow is never left idle while there is something for it.
 */
export interface FairHostsOptions<J> {
  perHost: number;
  /** Longest line of one host. */
  maxWaiting: number;
  /** A job goes behind a full line: it has to give up its place, and is launched in its turn all the same. */
  park?(job: J): void;
  /** Most that stand behind lines, of all hosts together. */
  maxParked?: number;
  /** Starts a job; the job calls `leave` once when it ends. `false`: it was not started after all, take the next. */
  launch(job: J): boolean;
}

/** Longest line of a host, for each of its jobs that runs. */
export const WAITING_PER_RUNNING = 8;
/** Most that stand behind lines, for each place of the loop. */
export const PARKED_PER_PLACE = 20;

interface Host<J> {
  running: number;
  waiting: J[];
}

export class FairHosts<J> {
  readonly #options: FairHostsOptions<J>;
  /** Only hosts with something running; so the map is bounded by what is in flight. */
  readonly #hosts = new Map<string, Host<J>>();
  #parked = 0;

  constructor(options: FairHostsOptions<J>) {
    this.#options = options;
  }

  /** Starts the job or puts it into the host's line or behind it. `false`: there is no room, the job was turned away. */
  enter(name: string, job: J): boolean {
    const { perHost, maxWaiting, park, maxParked = 0 } = this.#options;
    const host = this.#hosts.get(name) ?? { running: 0, waiting: [] };
    if (host.running >= perHost) {
      if (host.waiting.length >= maxWaiting) {
        if (!park || this.#parked >= maxParked) return false;
        this.#parked += 1;
        park(job);
      }
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
    for (let job = this.#next(host); job !== undefined; job = this.#next(host)) {
      if (this.#options.launch(job)) return;
    }
    host.running -= 1;
    if (host.running === 0) this.#hosts.delete(name);
  }

  #next(host: Host<J>): J | undefined {
    if (host.waiting.length > this.#options.maxWaiting) this.#parked -= 1;
    return host.waiting.shift();
  }
}
