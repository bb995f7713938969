/** Why a step of `pidge connector test` fails on a carrier of HTTP, the likeliest cause first, and what to do about each. */
import type { Outcome } from '../connectors/connector.ts';
import { EXIT } from './exit.ts';
import type { Failure } from './staircase-causes.ts';

export function noAddress(): Failure {
  const causes = [{ why: 'connectors.url says it all', fix: 'Set connectors.base_url to where the carrier is.' }];
  return { text: 'there is no base_url to try', causes, exit: EXIT.config };
}

export function answerFailure(why: string): Failure {
  const causes = [
    {
      why: 'something else than the carrier listens there',
      fix: 'Compare connectors.base_url with the carrier’s papers.',
    },
    { why: 'the carrier’s server is down or too slow', fix: 'Try: curl -v BASE_URL, and ask the carrier.' },
  ];
  return { text: `no answer: ${why}`, causes, exit: EXIT.timeout };
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
  return { text: `the credentials are refused (${status})`, causes, exit: EXIT.unauthorised };
}

export function handOverFailure(outcome: Exclude<Outcome, { kind: 'accepted' }>): Failure {
  const note = outcome.note ?? outcome.kind;
  if (outcome.kind === 'refused') {
    const causes = [
      { why: 'what the code says', fix: `pidge explain ${outcome.errorCode}` },
      { why: 'the sender is not registered with this carrier', fix: 'Use --from with a sender that is.' },
    ];
    return { text: `refused with ${outcome.errorCode}: ${note}`, causes, exit: EXIT.refused };
  }
  if (outcome.kind === 'busy') {
    const causes = [{ why: 'the carrier takes no more at this rate', fix: 'Wait, and see connectors.window.' }];
    return { text: `put off: ${note}`, causes, exit: EXIT.refused };
  }
  const causes = [{ why: 'the answer did not come in time', fix: 'Ask the carrier whether it has the message.' }];
  return { text: `nobody knows whether it was taken: ${note}`, causes, exit: EXIT.timeout };
}
