/** The settings of channels: WhatsApp, Messenger, RCS. */

/** Rows of the table of settings. */
export const CHANNEL_KEYS = [
  {
    path: 'channels.session_window',
    type: { kind: 'enum', values: ['enforce', 'ignore'] },
    default: { dev: 'enforce', serve: 'enforce' },
    about: 'whether free texts on WhatsApp and Messenger fail (63016) to who has not written for 24 hours',
  },
] as const;

export interface ChannelConfig {
  sessionWindow: 'enforce' | 'ignore';
}

export function readChannels(get: <T>(path: string) => T): ChannelConfig {
  return { sessionWindow: get('channels.session_window') };
}
