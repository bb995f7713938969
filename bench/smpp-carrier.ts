/**
 * The carrier of the bench, the same one for every candidate: answers every submit at once and reports it delivered in
 * the same write. Octets alone, no codec: on shared cores what the carrier costs would be measured too. Prints its port.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { FrameSplitter } from '../src/wire/smpp/framing.ts';

const [SUBMIT, DELIVER, BIND_TRANSCEIVER, ENQUIRE, UNBIND] = [0x04, 0x05, 0x09, 0x15, 0x06];
const RESPONSE = 0x80000000;
const SYSTEM_ID = Buffer.from('smsc\0');
const NOTHING = Buffer.alloc(0);
const WANTS_RECEIPT = 1;
let submits = 0;
let sequence = 0;

function pdu(command: number, number: number, body: Buffer): Buffer {
  const octets = Buffer.allocUnsafe(16 + body.length);
  octets.writeUInt32BE(octets.length, 0);
  octets.writeUInt32BE(command, 4);
  octets.writeUInt32BE(0, 8);
  octets.writeUInt32BE(number, 12);
  body.copy(octets, 16);
  return octets;
}

/** Behind the NUL of the text that begins at `at`. */
const behind = (frame: Buffer, at: number): number => frame.indexOf(0, at) + 1;

function submitted(frame: Buffer, number: number, socket: Socket): void {
  submits += 1;
  const id = `m${submits}`;
  socket.write(pdu((RESPONSE + SUBMIT) >>> 0, number, Buffer.from(`${id}\0`, 'latin1')));
  const source = behind(frame, 16);
  const destination = behind(frame, source + 2);
  const rest = behind(frame, destination + 2);
  // esm_class, protocol_id and priority_flag stand before the two times.
  const registered = frame[behind(frame, behind(frame, rest + 3))] ?? 0;
  if ((registered & WANTS_RECEIPT) === 0) return;
  const date = new Date().toISOString().slice(2, 16).replaceAll(/[-T:]/g, '');
  const text = `id:${id} sub:001 dlvrd:001 submit date:${date} done date:${date} stat:DELIVRD err:000 text:`;
  const tail = Buffer.from(`\x04\0\0\0\0\0\0\0\0${String.fromCharCode(text.length)}${text}`, 'latin1');
  const addresses = [frame.subarray(destination, rest), frame.subarray(source, destination)];
  sequence = (sequence % 0x7fffffff) + 1;
  socket.write(pdu(DELIVER, sequence, Buffer.concat([Buffer.alloc(1), ...addresses, tail])));
}

function take(frame: Buffer, socket: Socket): void {
  const [command, number] = [frame.readUInt32BE(4), frame.readUInt32BE(12)];
  if (command === SUBMIT) submitted(frame, number, socket);
  else if (command === BIND_TRANSCEIVER) socket.write(pdu((RESPONSE + command) >>> 0, number, SYSTEM_ID));
  else if (command === ENQUIRE || command === UNBIND) socket.write(pdu((RESPONSE + command) >>> 0, number, NOTHING));
}

const server = createServer((socket) => {
  const splitter = new FrameSplitter();
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    socket.cork();
    for (const frame of splitter.push(chunk).frames) take(frame, socket);
    socket.uncork();
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit(0)).resume();
