/** Why a step to a carrier of HTTP fails, the likeliest cause first, and what to do about each. */
import type { Outcome } from '../connector.ts';
import type { Failure, GroundWords } from './causes.ts';

/** `url`: the setting that says where the carrier is. */
export function httpWords(url: string): GroundWords {
  return {
    host: url,
    port: `Compare ${url} with the carrier’s papers: where it names no port, that is 443 with https and 80 with http.`,
    otherName: `Write ${url} with a name that stands in it.`,
    notTls: `Compare ${url} with the carrier’s papers: its port, and whether it is https.`,
    ca: 'the variable NODE_EXTRA_CA_CERTS',
    inTheWay: [
      {
        why: 'a proxy of this network stands between',
        fix: 'Have it let this host and port through as they are: Pidge goes by no proxy.',
      },
    ],
  };
}

export function noAddress(): Failure {
  const causes = [{ why: 'connectors.url says it all', fix: 'Set connectors.base_url to where the carrier is.' }];
  return { text: 'there is no base_url to try', causes, fault: 'config' };
}

export function answerFailure(why: string, url: string): Failure {
  const causes = [
    { why: 'something else than the carrier listens there', fix: `Compare ${url} with the carrier’s papers.` },
    { why: 'the carrier’s server is down or too slow', fix: `Try: curl -v, with ${url}, and ask the carrier.` },
  ];
  return { text: `no answer: ${why}`, causes, fault: 'timeout' };
}

/** The place that knows our credentials answers with an error of its own. */
export function serverFailure(status: number, url: string): Failure {
  const causes = [
    { why: 'the carrier has trouble of its own', fix: 'Wait and try again, and look at the carrier’s status page.' },
    {
      why: 'a proxy answers in the place of a carrier that is down',
      fix: `Compare ${url} with the carrier’s papers.`,
    },
  ];
  return { text: `it answers with an error, ${status}`, causes, fault: 'refused' };
}

/** A token that is known, and a number that it does not know. */
export function unknownNumberFailure(id: string): Failure {
  const causes = [
    {
      why: 'the id of the number is mistyped, or is another one’s: that of the account, or the number itself',
      fix: 'Compare connectors.phone_numbers with WhatsApp → API Setup, “Phone number ID”.',
    },
    { why: 'the token is not for this number', fix: 'Give its system user the account that has the number.' },
  ];
  return { text: `the token knows no number with the id ${id} (400)`, causes, fault: 'unauthorised' };
}

export function loginFailure(status: number): Failure {
  const causes = [
    {
      why: 'the token or password is mistyped, or has expired',
      fix: 'Make a new one at the carrier, and set its variable.',
    },
    {
      why: 'it is another account’s, or lacks the right to send',
      fix: 'Compare the account or the number’s id with it.',
    },
    {
      why: 'the carrier takes requests from known addresses alone',
      fix: 'Give the carrier the public address of this machine.',
    },
  ];
  return { text: `the credentials are refused (${status})`, causes, fault: 'unauthorised' };
}

export function handOverFailure(outcome: Exclude<Outcome, { kind: 'accepted' }>, url: string): Failure {
  const note = outcome.note ?? outcome.kind;
  if (outcome.kind === 'refused') {
    const causes = [
      { why: 'what the code says', fix: `pidge explain ${outcome.errorCode}` },
      { why: 'the sender is not registered with this carrier', fix: 'Send as one that is.' },
    ];
    return { text: `refused with ${outcome.errorCode}: ${note}`, causes, fault: 'refused' };
  }
  if (outcome.kind === 'busy') {
    const causes = [{ why: 'the carrier takes no more at this rate', fix: 'Wait, and see connectors.window.' }];
    return { text: `put off: ${note}`, causes, fault: 'refused' };
  }
  if (outcome.kind === 'unreachable') {
    if (/^answered 401\b/.test(note)) return loginFailure(401);
    return { ...answerFailure(note, url), text: `nothing was sent: ${note}` };
  }
  const causes = [{ why: 'the answer did not come in time', fix: 'Ask the carrier whether it has the message.' }];
  return { text: `nobody knows whether it was taken: ${note}`, causes, fault: 'timeout' };
}
