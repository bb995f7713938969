/** Why a step to a carrier of SMPP fails, the likeliest cause first, and what to do about each. */
import type { Cause } from '../../domain/test-step.ts';
import { describeStatus, ESME } from '../../wire/smpp/codes.ts';
import { ASK, type Failure, type GroundWords, SILENT, WHITELIST } from './causes.ts';

export const SMPP_WORDS: GroundWords = {
  host: 'connectors.host',
  port: 'Compare connectors.port: 2775 in the clear and 3550 with TLS are usual.',
  otherName: 'Set connectors.tls_server_name to a name that stands in it.',
  notTls: 'Use the carrier’s TLS port, or set connectors.tls = false.',
  ca: 'connectors.tls_ca',
  inTheWay: [],
};

const CREDENTIALS: Cause = {
  why: 'system_id or password is not what the carrier has',
  fix: 'Compare them, capitals included; a password longer than 8 characters is cut or refused by some carriers.',
};

/** `commandStatus: null`: the connection ended instead of an answer. */
export function bindFailure(commandStatus: number | null, why: string): Failure {
  if (commandStatus === null) {
    const isSilent = why === SILENT;
    const causes: Cause[] = [
      WHITELIST,
      { why: 'the port expects TLS', fix: 'Set connectors.tls = true, or use the port in the clear.' },
      CREDENTIALS,
    ];
    const text = isSilent ? 'the bind got no answer' : `the connection ended instead of an answer to the bind: ${why}`;
    return { text, causes, fault: isSilent ? 'timeout' : 'refused' };
  }
  const { name, text } = describeStatus(commandStatus);
  const byStatus: Record<number, Cause[]> = {
    [ESME.ESME_RINVPASWD]: [CREDENTIALS, WHITELIST],
    [ESME.ESME_RINVSYSID]: [CREDENTIALS, { why: 'the account is not active yet', fix: ASK }],
    [ESME.ESME_RINVSYSTYP]: [
      { why: 'the carrier wants a system_type', fix: 'Set connectors.system_type as its papers say.' },
    ],
    [ESME.ESME_RALYBND]: [
      {
        why: 'a running server, or another program, has this bind already',
        fix: 'Stop it for the test, or have the carrier allow one bind more.',
      },
      { why: 'the last connection is not gone for the carrier yet', fix: 'Wait a minute and try again.' },
    ],
    [ESME.ESME_RBINDFAIL]: [
      CREDENTIALS,
      { why: 'this account may not bind so', fix: 'Try connectors.bind = "pair".' },
      { why: 'all binds of the account are taken', fix: 'Stop another one, or lower connectors.binds.' },
      WHITELIST,
    ],
    [ESME.ESME_RINVCMDID]: [{ why: 'the carrier knows no transceivers', fix: 'Set connectors.bind = "pair".' }],
  };
  const isCredentials = commandStatus === ESME.ESME_RINVPASWD || commandStatus === ESME.ESME_RINVSYSID;
  const causes = byStatus[commandStatus] ?? [CREDENTIALS, WHITELIST, { why: 'the carrier has a fault', fix: ASK }];
  const fault = isCredentials ? 'unauthorised' : 'refused';
  return { text: `the bind was refused: ${name}, ${text}`, causes, fault };
}

export function linkFailure(why: string): Failure {
  const causes: Cause[] = [
    { why: 'the carrier ends a second bind of the account', fix: 'Stop the running server for the test.' },
    { why: 'a firewall between here and there cuts what it does not know', fix: 'Try from another network.' },
  ];
  return { text: `enquire_link got no answer: ${why}`, causes, fault: why === SILENT ? 'timeout' : 'refused' };
}

export function submitFailure(commandStatus: number | null, why: string): Failure {
  if (commandStatus === null) {
    const causes: Cause[] = [
      {
        why: 'the carrier is slow, and may have taken it all the same',
        fix: 'Look whether it arrives before trying again.',
      },
    ];
    return { text: `the submit got no answer: ${why}`, causes, fault: 'timeout' };
  }
  const { name, text } = describeStatus(commandStatus);
  const source: Cause[] = [
    {
      why: 'this account may not send as that sender',
      fix: 'Send as one that the carrier has registered.',
    },
    { why: 'the carrier writes senders in another way', fix: 'Compare connectors.short_code_ton and short_code_npi.' },
  ];
  const recipient: Cause[] = [
    { why: 'the number does not exist, or not so', fix: 'Write it in E.164, such as +12025550101.' },
    { why: 'this account has no route to that country', fix: ASK },
  ];
  const byStatus: Record<number, Cause[]> = {
    [ESME.ESME_RINVSRCADR]: source,
    [ESME.ESME_RINVSRCTON]: source,
    [ESME.ESME_RINVSRCNPI]: source,
    [ESME.ESME_RINVDSTADR]: recipient,
    [ESME.ESME_RINVDSTTON]: recipient,
    [ESME.ESME_RINVDSTNPI]: recipient,
    [ESME.ESME_RTHROTTLED]: [
      { why: 'the account may send nothing now, or a running server uses all its rate', fix: 'Lower connectors.rate.' },
    ],
    [ESME.ESME_RSUBMITFAIL]: [{ why: 'the account has no credit, or no route there', fix: ASK }],
    [ESME.ESME_RINVBNDSTS]: [{ why: 'this bind may only receive', fix: 'Set connectors.bind to transceiver or pair.' }],
  };
  const causes = byStatus[commandStatus] ?? [{ why: 'the carrier’s own reason', fix: ASK }];
  return { text: `the submit was refused: ${name}, ${text}`, causes, fault: 'refused' };
}

/** `address`: of WhatsApp, Messenger or RCS. */
export function channelFailure(address: string): Failure {
  const cause = {
    why: `${address} is an address of another channel`,
    fix: 'Give numbers like +12025550101, or test a connector of that channel.',
  };
  return { text: `SMPP carries SMS alone, nothing to or from ${address}`, causes: [cause], fault: 'usage' };
}

export function receiptFailure(text: string, isTimeout: boolean): Failure {
  const late: Cause[] = [
    { why: 'the phone is off or out of reach', fix: 'Try one that is in your hand.' },
    { why: 'the carrier sends receipts to another bind of the account', fix: 'Stop the running server for the test.' },
    { why: 'receipts are not switched on for this account', fix: ASK },
    { why: 'its receipts are not marked as such', fix: 'Set connectors.receipts_by_text = true.' },
  ];
  const bad: Cause[] = [
    { why: 'the phone refused it or cannot be reached', fix: 'Try another phone.' },
    { why: 'the route does not carry this sender', fix: 'Try a number as sender in place of a name.' },
  ];
  return { text, causes: isTimeout ? late : bad, fault: isTimeout ? 'timeout' : 'refused' };
}
