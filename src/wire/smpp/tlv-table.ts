/**
 * The optional parameters we know by name: all of SMPP 3.4 (5.3.2), and those of 5.0 that stand in messages as well.
 * Sizes are in tlv.ts; where the two versions disagree on one, it is kept as octets.
 */

export interface TlvValues {
  int8: number;
  int16: number;
  int32: number;
  /** Ended by a NUL on the wire; read without one as well. */
  cstring: string;
  octets: Uint8Array;
  networkError: NetworkError;
  callbackNumber: CallbackNumber;
}

export type TlvKind = keyof TlvValues;

/** `networkType`: 1 ANSI-136, 2 IS-95, 3 GSM. */
export interface NetworkError {
  networkType: number;
  code: number;
}

export interface CallbackNumber {
  digitMode: number;
  ton: number;
  npi: number;
  digits: string;
}

export interface RawTlv {
  tag: number;
  value: Uint8Array;
}

export const TLVS = {
  destAddrSubunit: { tag: 0x0005, kind: 'int8' },
  destNetworkType: { tag: 0x0006, kind: 'int8' },
  destBearerType: { tag: 0x0007, kind: 'int8' },
  destTelematicsId: { tag: 0x0008, kind: 'int16' },
  sourceAddrSubunit: { tag: 0x000d, kind: 'int8' },
  sourceNetworkType: { tag: 0x000e, kind: 'int8' },
  sourceBearerType: { tag: 0x000f, kind: 'int8' },
  sourceTelematicsId: { tag: 0x0010, kind: 'int8' },
  qosTimeToLive: { tag: 0x0017, kind: 'int32' },
  payloadType: { tag: 0x0019, kind: 'int8' },
  additionalStatusInfoText: { tag: 0x001d, kind: 'cstring' },
  receiptedMessageId: { tag: 0x001e, kind: 'cstring' },
  msMsgWaitFacilities: { tag: 0x0030, kind: 'int8' },
  privacyIndicator: { tag: 0x0201, kind: 'int8' },
  sourceSubaddress: { tag: 0x0202, kind: 'octets' },
  destSubaddress: { tag: 0x0203, kind: 'octets' },
  userMessageReference: { tag: 0x0204, kind: 'int16' },
  userResponseCode: { tag: 0x0205, kind: 'int8' },
  sourcePort: { tag: 0x020a, kind: 'int16' },
  destinationPort: { tag: 0x020b, kind: 'int16' },
  sarMsgRefNum: { tag: 0x020c, kind: 'int16' },
  languageIndicator: { tag: 0x020d, kind: 'int8' },
  sarTotalSegments: { tag: 0x020e, kind: 'int8' },
  sarSegmentSeqnum: { tag: 0x020f, kind: 'int8' },
  scInterfaceVersion: { tag: 0x0210, kind: 'int8' },
  callbackNumPresInd: { tag: 0x0302, kind: 'int8', many: true },
  callbackNumAtag: { tag: 0x0303, kind: 'octets', many: true },
  numberOfMessages: { tag: 0x0304, kind: 'int8' },
  callbackNum: { tag: 0x0381, kind: 'callbackNumber', many: true },
  dpfResult: { tag: 0x0420, kind: 'int8' },
  setDpf: { tag: 0x0421, kind: 'int8' },
  msAvailabilityStatus: { tag: 0x0422, kind: 'int8' },
  networkErrorCode: { tag: 0x0423, kind: 'networkError' },
  messagePayload: { tag: 0x0424, kind: 'octets' },
  deliveryFailureReason: { tag: 0x0425, kind: 'int8' },
  moreMessagesToSend: { tag: 0x0426, kind: 'int8' },
  messageState: { tag: 0x0427, kind: 'int8' },
  congestionState: { tag: 0x0428, kind: 'int8' },
  ussdServiceOp: { tag: 0x0501, kind: 'int8' },
  billingIdentification: { tag: 0x060b, kind: 'octets' },
  sourceNetworkId: { tag: 0x060d, kind: 'cstring' },
  destNetworkId: { tag: 0x060e, kind: 'cstring' },
  sourceNodeId: { tag: 0x060f, kind: 'octets' },
  destNodeId: { tag: 0x0610, kind: 'octets' },
  destAddrNpResolution: { tag: 0x0611, kind: 'int8' },
  destAddrNpInformation: { tag: 0x0612, kind: 'octets' },
  destAddrNpCountry: { tag: 0x0613, kind: 'int32' },
  displayTime: { tag: 0x1201, kind: 'int8' },
  smsSignal: { tag: 0x1203, kind: 'int16' },
  /** One octet in 3.4, up to four in 5.0. */
  msValidity: { tag: 0x1204, kind: 'octets' },
  /** Nothing in 3.4, an octet in 5.0. */
  alertOnMessageDelivery: { tag: 0x130c, kind: 'octets' },
  itsReplyType: { tag: 0x1380, kind: 'int8' },
  itsSessionInfo: { tag: 0x1383, kind: 'int16' },
} as const satisfies Record<string, { tag: number; kind: TlvKind; many?: true }>;

type Table = typeof TLVS;
export type TlvName = keyof Table;
type TlvValue<N extends TlvName> = Table[N] extends { many: true }
  ? TlvValues[Table[N]['kind']][]
  : TlvValues[Table[N]['kind']];

/** The optional parameters of a PDU; octets are views of what was read. */
export type Tlvs = { [N in TlvName]?: TlvValue<N> } & { others?: RawTlv[] };
