/** Why the first steps to a carrier fail, the likeliest cause first, and what to do about each; and how causes are told. */
import type { Cause } from '../../domain/test-step.ts';

/** Whose side it is: a message that cannot be, our settings or network, our credentials, the carrier, or nobody in time. */
export type Fault = 'usage' | 'config' | 'unauthorised' | 'refused' | 'timeout';

/** What a failed step is told as. */
export interface Failure {
  text: string;
  causes: Cause[];
  fault: Fault;
}

/** What the settings of a kind of connector call what these steps are about, and what helps there. */
export interface GroundWords {
  /** The setting that names the carrier. */
  host: string;
  /** What to do about a port that is not the carrier’s. */
  port: string;
  /** And about a certificate for another name. */
  otherName: string;
  /** And about a port without TLS. */
  notTls: string;
  /** Where a file of further certificates is named. */
  ca: string;
  /** What stands in the way to carriers of this kind alone. */
  inTheWay: Cause[];
}

export const ASK = 'Ask the carrier’s support, with the time and the address you connect from.';
export const WHITELIST: Cause = {
  why: 'the carrier takes connections from known addresses alone, and this machine’s is none of them',
  fix: 'Give the carrier the public address of this machine (the one it sees, behind NAT).',
};

export function dnsFailure(host: string, code: string, words: GroundWords): Failure {
  const causes: Cause[] = [
    { why: 'the name is mistyped', fix: `Compare ${words.host} ("${host}") with the carrier’s papers.` },
    { why: 'this machine’s resolver does not answer, or knows internal names alone', fix: `Try: getent hosts ${host}` },
    ...words.inTheWay,
    {
      why: 'the name is one of a private network or a VPN that is not up',
      fix: 'Bring the VPN up, or use the address.',
    },
  ];
  return { text: `${host} has no address (${code})`, causes, fault: 'config' };
}

export function tcpFailure(peer: string, code: string, words: GroundWords): Failure {
  const byCode: Record<string, Cause[]> = {
    ECONNREFUSED: [
      { why: 'nothing listens on that port', fix: words.port },
      WHITELIST,
      ...words.inTheWay,
      { why: 'the carrier’s server is down', fix: ASK },
    ],
    ETIMEDOUT: [
      WHITELIST,
      { why: 'a firewall of yours lets nothing out to that port', fix: 'Allow outgoing TCP to this host and port.' },
      ...words.inTheWay,
      { why: 'a VPN to the carrier is not up', fix: 'Bring it up and try again.' },
    ],
  };
  const unreachable = [
    { why: 'there is no route to that network, as without its VPN', fix: 'Look at: ip route get ADDRESS' },
    WHITELIST,
    ...words.inTheWay,
  ];
  const causes = byCode[code] ?? unreachable;
  return {
    text: `no connection to ${peer} (${code})`,
    causes,
    fault: code === 'ETIMEDOUT' ? 'timeout' : 'config',
  };
}

export function tlsFailure(code: string, message: string, words: GroundWords): Failure {
  const byCode: Record<string, Cause[]> = {
    ERR_TLS_CERT_ALTNAME_INVALID: [{ why: 'the certificate is for another name', fix: words.otherName }],
    CERT_HAS_EXPIRED: [{ why: 'the carrier’s certificate has expired', fix: ASK }],
    EPROTO: [
      { why: 'this port speaks no TLS', fix: words.notTls },
      { why: 'the carrier knows old versions of TLS alone', fix: ASK },
    ],
  };
  const untrusted: Cause[] = [
    {
      why: 'the certificate is signed by nobody this machine trusts',
      fix: `Save the carrier’s CA as PEM and name it in ${words.ca}.`,
    },
    ...words.inTheWay,
    { why: 'the carrier leaves out an intermediate certificate', fix: `Put it into the file of ${words.ca}.` },
  ];
  const isTrust = /SELF_SIGNED|UNABLE_TO|LEAF_SIGNATURE/.test(code);
  const causes = byCode[code] ?? (isTrust ? untrusted : (byCode.EPROTO ?? []));
  return { text: `TLS failed: ${message}`, causes, fault: 'config' };
}

/** In place of why a connection ended, when it has not. */
export const SILENT = 'no answer in time';
