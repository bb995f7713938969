/** The second version of the messaging host: channel senders in JSON, and the typing indicator as a form. */
import { compileRoutes, type Face, type Route, under } from '../routes.ts';
import {
  createChannelSender,
  fetchChannelSender,
  listChannelSenders,
  removeChannelSender,
  updateChannelSender,
} from './channel-senders.ts';
import { showTyping } from './typing.ts';

const ROOT = '/v2';

const ROUTES: Route[] = [
  { path: 'Channels/Senders', body: 'json', verbs: { GET: listChannelSenders, POST: createChannelSender } },
  {
    path: 'Channels/Senders/{XE}',
    body: 'json',
    verbs: { GET: fetchChannelSender, POST: updateChannelSender, DELETE: removeChannelSender },
  },
  { path: 'Indicators/Typing.json', verbs: { POST: showTyping } },
];

const find = compileRoutes(ROUTES);

export const CHANNELS_FACE: Face = {
  paths: [`${ROOT}/Channels/Senders`, `${ROOT}/Channels/Senders/*`, `${ROOT}/Indicators/Typing.json`],
  table: under(ROOT, ROUTES),
  accountSegment: () => undefined,
  find: (base) => find(base.slice(ROOT.length + 1).split('/')),
  // As the original names it: without the version.
  shownPath: (path) => path.slice(ROOT.length),
};
