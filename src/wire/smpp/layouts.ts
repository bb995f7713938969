/**
 * Every PDU of SMPP 3.4: its command id and its mandatory parameters in their order (section 4).
 *
 * Sizes are the specification's where practice keeps to them. Carriers hand out passwords, system ids and message ids
 * that are longer than it allows, and addresses of 65 octets stand in some PDUs anyway, so those are wider here; what
 * bounds them is this table in any case.
 */
import { ESME } from './codes.ts';
import { type Field, type FieldKind, MAX_ADDRESS_OCTETS } from './fields.ts';

/** No wider than an octet can count. The specification ends `sm_length` at 254, some peers at 255. */
const MAX_SHORT_MESSAGE_OCTETS = 255;
const MAX_ENTRIES = 255;
const TIME_OCTETS = 17;

function int8(commandStatus: number = ESME.ESME_RSYSERR): Field<'int8'> {
  return { kind: 'int8', max: 1, commandStatus };
}

function cstring(max: number, commandStatus: number): Field<'cstring'> {
  return { kind: 'cstring', max, commandStatus };
}

const serviceType = cstring(16, ESME.ESME_RINVSERTYP);
const messageId = cstring(256, ESME.ESME_RINVMSGID);
const systemId = cstring(65, ESME.ESME_RINVSYSID);
const password = cstring(65, ESME.ESME_RINVPASWD);
const scheduleDeliveryTime = cstring(TIME_OCTETS, ESME.ESME_RINVSCHED);
const validityPeriod = cstring(TIME_OCTETS, ESME.ESME_RINVEXPIRY);
const shortMessage: Field<'octets'> = {
  kind: 'octets',
  max: MAX_SHORT_MESSAGE_OCTETS,
  commandStatus: ESME.ESME_RINVMSGLEN,
};
const source = {
  sourceAddrTon: int8(ESME.ESME_RINVSRCTON),
  sourceAddrNpi: int8(ESME.ESME_RINVSRCNPI),
  sourceAddr: cstring(MAX_ADDRESS_OCTETS, ESME.ESME_RINVSRCADR),
};
const destination = {
  destAddrTon: int8(ESME.ESME_RINVDSTTON),
  destAddrNpi: int8(ESME.ESME_RINVDSTNPI),
  destinationAddr: cstring(MAX_ADDRESS_OCTETS, ESME.ESME_RINVDSTADR),
};
const content = {
  esmClass: int8(ESME.ESME_RINVESMCLASS),
  protocolId: int8(),
  priorityFlag: int8(ESME.ESME_RINVPRTFLG),
  scheduleDeliveryTime,
  validityPeriod,
  registeredDelivery: int8(ESME.ESME_RINVREGDLVFLG),
  replaceIfPresentFlag: int8(ESME.ESME_RINVREPFLAG),
  dataCoding: int8(),
  smDefaultMsgId: int8(ESME.ESME_RINVDFTMSGID),
  shortMessage,
};
const bind = {
  systemId,
  password,
  systemType: cstring(65, ESME.ESME_RINVSYSTYP),
  interfaceVersion: int8(),
  addrTon: int8(),
  addrNpi: int8(),
  addressRange: cstring(65, ESME.ESME_RBINDFAIL),
};
const message = { serviceType, ...source, ...destination, ...content };
const destinations: Field<'destinations'> = {
  kind: 'destinations',
  max: MAX_ENTRIES,
  commandStatus: ESME.ESME_RINVNUMDESTS,
};
const failures: Field<'failures'> = { kind: 'failures', max: MAX_ENTRIES, commandStatus: ESME.ESME_RINVNUMDESTS };

/** In the specification's order of octets: the order of the keys is the order on the wire. */
export const LAYOUTS = {
  generic_nack: { id: 0x80000000, fields: {} },
  bind_receiver: { id: 0x00000001, fields: bind },
  bind_receiver_resp: { id: 0x80000001, fields: { systemId } },
  bind_transmitter: { id: 0x00000002, fields: bind },
  bind_transmitter_resp: { id: 0x80000002, fields: { systemId } },
  query_sm: { id: 0x00000003, fields: { messageId, ...source } },
  query_sm_resp: {
    id: 0x80000003,
    fields: {
      messageId,
      finalDate: cstring(TIME_OCTETS, ESME.ESME_RQUERYFAIL),
      messageState: int8(),
      errorCode: int8(),
    },
  },
  submit_sm: { id: 0x00000004, fields: message },
  submit_sm_resp: { id: 0x80000004, fields: { messageId } },
  deliver_sm: { id: 0x00000005, fields: message },
  deliver_sm_resp: { id: 0x80000005, fields: { messageId } },
  unbind: { id: 0x00000006, fields: {} },
  unbind_resp: { id: 0x80000006, fields: {} },
  replace_sm: {
    id: 0x00000007,
    fields: {
      messageId,
      ...source,
      scheduleDeliveryTime,
      validityPeriod,
      registeredDelivery: content.registeredDelivery,
      smDefaultMsgId: content.smDefaultMsgId,
      shortMessage,
    },
  },
  replace_sm_resp: { id: 0x80000007, fields: {} },
  cancel_sm: { id: 0x00000008, fields: { serviceType, messageId, ...source, ...destination } },
  cancel_sm_resp: { id: 0x80000008, fields: {} },
  bind_transceiver: { id: 0x00000009, fields: bind },
  bind_transceiver_resp: { id: 0x80000009, fields: { systemId } },
  outbind: { id: 0x0000000b, fields: { systemId, password } },
  enquire_link: { id: 0x00000015, fields: {} },
  enquire_link_resp: { id: 0x80000015, fields: {} },
  submit_multi: { id: 0x00000021, fields: { serviceType, ...source, destinations, ...content } },
  submit_multi_resp: { id: 0x80000021, fields: { messageId, failures } },
  alert_notification: {
    id: 0x00000102,
    fields: {
      ...source,
      esmeAddrTon: int8(),
      esmeAddrNpi: int8(),
      esmeAddr: cstring(MAX_ADDRESS_OCTETS, ESME.ESME_RINVDSTADR),
    },
  },
  data_sm: {
    id: 0x00000103,
    fields: {
      serviceType,
      ...source,
      ...destination,
      esmClass: content.esmClass,
      registeredDelivery: content.registeredDelivery,
      dataCoding: content.dataCoding,
    },
  },
  data_sm_resp: { id: 0x80000103, fields: { messageId } },
} as const satisfies Record<string, { id: number; fields: Record<string, Field<FieldKind>> }>;

/** The specification's names. */
export type Command = keyof typeof LAYOUTS;
