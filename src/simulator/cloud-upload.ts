/** Reads an upload of a file: `multipart/form-data` with `messaging_product`, `type` and `file` (RFC 7578). */

/** A text says what is wrong with it. */
export function readUpload(contentType: string, body: Buffer): { contentType: string; bytes: Uint8Array } | string {
  const boundary = /^multipart\/form-data; ?boundary="?([\w'()+,./:=?-]{1,70})"?$/.exec(contentType)?.[1];
  if (boundary === undefined) return 'it is no multipart/form-data';
  const fields = new Map<string, { head: string; bytes: Buffer }>();
  const mark = Buffer.from(`--${boundary}`);
  let start = body.indexOf(mark);
  for (;;) {
    const end = start === -1 ? -1 : body.indexOf(mark, start + mark.length);
    if (end === -1) break;
    const part = body.subarray(start + mark.length + 2, end - 2);
    const split = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, split).toString('utf8');
    const name = /name="([^"]*)"/.exec(head)?.[1];
    if (name !== undefined) fields.set(name, { head, bytes: part.subarray(split + 4) });
    start = end;
  }
  if (start === -1 || body.subarray(start + mark.length, start + mark.length + 2).toString() !== '--') {
    return 'it has no end';
  }
  if (fields.get('messaging_product')?.bytes.toString() !== 'whatsapp') return 'messaging_product is required';
  const file = fields.get('file');
  const type = fields.get('type')?.bytes.toString();
  if (!file || file.bytes.length === 0 || !/filename="/.test(file.head)) return 'file is required';
  if (!type || !/^[\w.+-]+\/[\w.+-]+$/.test(type)) return 'type is required';
  return { contentType: type, bytes: Uint8Array.from(file.bytes) };
}
