/** The settings of what comes in: parts of long messages, keywords. */

/** Rows of the table of settings. */
export const INBOUND_KEYS = [
  {
    path: 'inbound.parts_wait',
    type: { kind: 'duration', maxMs: 86_400_000 },
    default: { dev: '120s', serve: '120s' },
    about: 'how long the parts of a long message wait for each other, before it fails with 30009',
  },
  {
    path: 'inbound.deliver_partial',
    type: { kind: 'bool' },
    default: { dev: false, serve: false },
    about: 'a message that lacks parts is received with what came, in place of failing with 30009',
  },
  {
    path: 'opt_out.defaults',
    type: { kind: 'bool' },
    default: { dev: true, serve: true },
    about: 'STOP, START and HELP are handled for every number; off leaves them to the app',
  },
  {
    path: 'opt_out.sync_for_services',
    type: { kind: 'bool' },
    default: { dev: false, serve: false },
    about: 'a create through a service is refused with 21610 at once, in place of failing with it later',
  },
  {
    path: 'twiml.action',
    type: { kind: 'enum', values: ['both', 'callback', 'document'] },
    default: { dev: 'both', serve: 'both' },
    about: "what a <Message>'s action is: asked for TwiML (document), told of statuses (callback), or both",
  },
] as const;

export interface InboundConfig {
  partsWaitMs: number;
  deliverPartial: boolean;
  optOutDefaults: boolean;
  optOutSyncForServices: boolean;
  /** What the `action` of a TwiML `<Message>` is. */
  twimlAction: 'both' | 'callback' | 'document';
}

export function readInbound(get: <T>(path: string) => T): InboundConfig {
  return {
    partsWaitMs: get('inbound.parts_wait'),
    deliverPartial: get('inbound.deliver_partial'),
    optOutDefaults: get('opt_out.defaults'),
    optOutSyncForServices: get('opt_out.sync_for_services'),
    twimlAction: get('twiml.action'),
  };
}
