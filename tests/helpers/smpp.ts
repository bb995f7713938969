/** An SMPP connector before a scripted carrier, on the real clock with short times. */
import type { Connector, Ear, Heard, Submission } from '../../src/connectors/connector.ts';
import { SmppConnector } from '../../src/connectors/smpp/connector.ts';
import { type BindNotice, SMPP_DEFAULTS, type SmppSettings } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import type { Receipt } from '../../src/domain/receipt.ts';
import { segment } from '../../src/domain/segments.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import type { SmscScript } from '../../src/simulator/smsc-plans.ts';

export const PASSWORD = 'secret08';

export interface SmppRig {
  smsc: Smsc;
  connector: SmppConnector;
  port: number;
  ear: RecordingEar;
  notices: BindNotice[];
  close(): Promise<void>;
}

/** Keeps what it hears; `gate` may hold it back or make it refuse. */
export class RecordingEar implements Ear {
  readonly receiptsHeard: Receipt[] = [];
  readonly inboundHeard: Heard[] = [];
  gate: () => Promise<void> = () => Promise.resolve();

  async receipts(batch: Receipt[]): Promise<void> {
    await this.gate();
    this.receiptsHeard.push(...batch);
  }

  async inbound(batch: Heard[]): Promise<void> {
    await this.gate();
    this.inboundHeard.push(...batch);
  }
}

const QUICK: Partial<SmppSettings> = {
  enquireMs: 200,
  bindTimeoutMs: 200,
  responseMs: 400,
  queueMs: 2_000,
  throttleMs: 20,
  longestThrottleMs: 80,
  reconnectMs: 20,
  longestReconnectMs: 100,
  stopMs: 1_000,
};

/** `through`: the port that the connector is told, given the carrier's. */
export async function startRig(
  options: {
    script?: SmscScript;
    settings?: Partial<SmppSettings>;
    through?: (port: number) => Promise<number>;
    bound?: boolean;
  } = {},
): Promise<SmppRig> {
  const smsc = new Smsc({ clock: realClock, script: options.script });
  const port = await smsc.listen();
  const ear = new RecordingEar();
  const notices: BindNotice[] = [];
  const connector = new SmppConnector({
    name: 'carrier',
    settings: {
      ...SMPP_DEFAULTS,
      ...QUICK,
      host: '127.0.0.1',
      port: (await options.through?.(port)) ?? port,
      systemId: 'pidge',
      password: PASSWORD,
      ...options.settings,
    },
    clock: realClock,
    random: () => 0.5,
    notice: (notice) => void notices.push(notice),
  });
  await connector.start(ear);
  connector.resume([]);
  if (options.bound !== false) await until(() => connector.isBound);
  return {
    smsc,
    connector,
    port,
    ear,
    notices,
    async close() {
      await connector.stop();
      await smsc.close();
    },
  };
}

export function submission(sid: string, text = 'Hello', more: Partial<Submission> = {}): Submission {
  const { parts, encoding } = segment(text);
  return {
    messageSid: sid,
    accountSid: 'AC1',
    from: '+12025550100',
    to: '+12025550101',
    parts,
    encoding,
    media: [],
    actions: [],
    attempt: 1,
    idempotencyKey: sid,
    ...more,
  };
}

/** Waits on the real clock for a state. */
export async function until(done: () => boolean, limitMs = 5_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!done()) {
    if (performance.now() > end) throw new Error(`it never came to be: ${done}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** As the engine does: again until there is an end, at most `tries` times. */
export async function sendUntilDone(connector: Connector, first: Submission, tries = 40) {
  for (let attempt = 1; ; attempt += 1) {
    const [outcome] = await connector.send([{ ...first, attempt }]);
    if (!outcome) throw new Error('no outcome');
    if (outcome.kind === 'accepted' || outcome.kind === 'refused' || attempt >= tries) return { outcome, attempt };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
