/** Why a step to a carrier fails, the likeliest cause first, and what to do about each. */
import { describeStatus, ESME } from '../../wire/smpp/codes.ts';

export interface Cause {
  why: string;
  fix: string;
}

/** Whose side it is: a message that cannot be, our settings or network, our credentials, the carrier, or nobody in time. */
export type Fault = 'usage' | 'config' | 'unauthorised' | 'refused' | 'timeout';

/** What a failed step is told as. */
export interface Failure {
  text: string;
  causes: Cause[];
  fault: Fault;
}

const ASK = 'Ask the carrier’s support, with the time and the address you connect from.';
const WHITELIST: Cause = {
  why: 'the carrier takes connections from known addresses alone, and this machine’s is none of them',
  fix: 'Give the carrier the public address of this machine (the one it sees, behind NAT).',
};

export function dnsFailure(host: string, code: string): Failure {
  const causes: Cause[] = [
    { why: 'the name is mistyped', fix: `Compare connectors.host ("${host}") with the carrier’s papers.` },
    { why: 'this machine’s resolver does not answer, or knows internal names alone', fix: `Try: getent hosts ${host}` },
    {
      why: 'the name is one of a private network or a VPN that is not up',
      fix: 'Bring the VPN up, or use the address.',
    },
  ];
  return { text: `${host} has no address (${code})`, causes, fault: 'config' };
}

export function tcpFailure(peer: string, code: string): Failure {
  const byCode: Record<string, Cause[]> = {
    ECONNREFUSED: [
      {
        why: 'nothing listens on that port',
        fix: 'Compare connectors.port: 2775 in the clear and 3550 with TLS are usual.',
      },
      WHITELIST,
      { why: 'the carrier’s server is down', fix: ASK },
    ],
    ETIMEDOUT: [
      WHITELIST,
      { why: 'a firewall of yours lets nothing out to that port', fix: 'Allow outgoing TCP to this host and port.' },
      { why: 'a VPN to the carrier is not up', fix: 'Bring it up and try again.' },
    ],
  };
  const unreachable = [
    { why: 'there is no route to that network, as without its VPN', fix: 'Look at: ip route get ADDRESS' },
    WHITELIST,
  ];
  const causes = byCode[code] ?? unreachable;
  return {
    text: `no connection to ${peer} (${code})`,
    causes,
    fault: code === 'ETIMEDOUT' ? 'timeout' : 'config',
  };
}

export function tlsFailure(code: string, message: string): Failure {
  const byCode: Record<string, Cause[]> = {
    ERR_TLS_CERT_ALTNAME_INVALID: [
      {
        why: 'the certificate is for another name',
        fix: 'Set connectors.tls_server_name to a name that stands in it.',
      },
    ],
    CERT_HAS_EXPIRED: [{ why: 'the carrier’s certificate has expired', fix: ASK }],
    EPROTO: [
      { why: 'this port speaks no TLS', fix: 'Use the carrier’s TLS port, or set connectors.tls = false.' },
      { why: 'the carrier knows old versions of TLS alone', fix: ASK },
    ],
  };
  const selfSigned: Cause[] = [
    {
      why: 'the certificate is signed by nobody this machine trusts',
      fix: 'Save the carrier’s CA as PEM and name it in connectors.tls_ca.',
    },
    { why: 'the carrier leaves out an intermediate certificate', fix: 'Put it into the file of connectors.tls_ca.' },
  ];
  const isTrust = /SELF_SIGNED|UNABLE_TO|LEAF_SIGNATURE/.test(code);
  const causes = byCode[code] ?? (isTrust ? selfSigned : (byCode.EPROTO ?? []));
  return { text: `TLS failed: ${message}`, causes, fault: 'config' };
}

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

/** In place of why a connection ended, when it has not. */
export const SILENT = 'no answer in time';
