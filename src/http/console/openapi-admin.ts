/** What is said of the routes below `/_admin/v1` that are older than the console, in `http/admin`. */
import type { Docs } from './module.ts';

const OPT_OUT = {
  scope: 'a sender or service that the person has opted out of',
  peer: 'the address of the person',
  channel: 'sms, whatsapp or messenger',
};
const PAGES = { PageSize: '1 to 1000, 50 when left out', PageToken: 'of next_page_url' };

export const ADMIN_DOCS: Docs = {
  'GET accounts/{AC}/opt-outs': { summary: 'Who has opted out of what, newest first', query: { ...OPT_OUT, ...PAGES } },
  'POST accounts/{AC}/opt-outs': {
    summary: 'Opts somebody out by hand',
    body: {
      schema: {
        type: 'object',
        required: ['scope', 'peer'],
        properties: { scope: { type: 'string' }, peer: { type: 'string' }, channel: { type: 'string' } },
      },
    },
    answer: { status: 201 },
  },
  'DELETE accounts/{AC}/opt-outs': { summary: 'Opts somebody in again', query: OPT_OUT, answer: { status: 204 } },
  'GET accounts/{AC}/opt-outs.csv': { summary: 'All opt-outs, as the import takes them', answer: { type: 'text/csv' } },
  'POST accounts/{AC}/opt-outs/import': { summary: 'Opts out whom a file names', body: { type: 'text/csv' } },
  'GET accounts/{AC}/opt-outs/log': { summary: 'Every change of opt-outs, newest first', query: PAGES },
  'GET accounts/{AC}/messages/{SM,MM}/trace': { summary: 'What went over connections to carriers for a message' },
  'GET accounts/{AC}/messages/{SM,MM}/trace.pcap': {
    summary: 'The same as a capture file',
    answer: { type: 'application/vnd.tcpdump.pcap' },
  },
  'GET accounts/{AC}/services/{MG}/opt-out': { summary: 'Keywords and answers of a service' },
  'PUT accounts/{AC}/services/{MG}/opt-out': { summary: 'Sets keywords and answers of a service', body: {} },
  'DELETE accounts/{AC}/services/{MG}/opt-out': {
    summary: 'Gives a service the usual keywords and answers again',
    answer: { status: 204 },
  },
  'GET accounts/{AC}/services/{MG}/keyword-handling': { summary: 'Whether STOP, START and HELP are handled here' },
  'PUT accounts/{AC}/services/{MG}/keyword-handling': { summary: 'Sets that for a service', body: {} },
  'GET accounts/{AC}/senders/{PN,SC,XE}/keyword-handling': { summary: 'The same of a sender' },
  'PUT accounts/{AC}/senders/{PN,SC,XE}/keyword-handling': { summary: 'Sets that for a sender', body: {} },
  'GET connectors': {
    summary: 'Connections to carriers, and what each did in the last quarter of an hour on the node that is asked',
  },
  'POST connectors/{*}/test': {
    summary: 'Climbs the way to a carrier: a line of JSON a step, as it is done. Sends nothing without to and from',
    body: {
      schema: {
        type: 'object',
        properties: { to: { type: 'string' }, from: { type: 'string' }, body: { type: 'string' } },
      },
    },
    answer: { type: 'application/x-ndjson' },
  },
  'POST connectors/{*}/pause': {
    summary: 'Hands nothing more to a connector, on any node, until it is resumed',
    body: { schema: { type: 'object', properties: { reason: { type: 'string' } } } },
  },
  'POST connectors/{*}/resume': { summary: 'Lets a connector send again', body: {} },
  'GET connectors/{*}/pdus': {
    summary: 'What went over a connection, oldest first',
    query: { after: 'id of the last PDU that is known', limit: '1 to 1000, 50 when left out' },
  },
  'GET connectors/{*}/pdus.pcap': {
    summary: 'The same as a capture file',
    answer: { type: 'application/vnd.tcpdump.pcap' },
  },
};
