/** A file on its way to a phone's message. */
export interface Attached {
  name: string;
  type: string;
  base64: string;
  /** An address of this page alone, for what can be shown. */
  preview: string | null;
}

/** As large as any carrier brings. */
const LARGEST_BYTES = 16 * 1024 * 1024;

/** Reads it whole; throws a sentence for what is too large. */
export async function readFile(file: File): Promise<Attached> {
  if (file.size > LARGEST_BYTES) throw new Error(`${file.name} is larger than 16 MB, which no carrier brings.`);
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error(`${file.name} could not be read.`));
    reader.readAsDataURL(file);
  });
  const type = file.type === '' ? 'application/octet-stream' : file.type;
  const base64 = url.slice(url.indexOf(',') + 1);
  return { name: file.name, type, base64, preview: type.startsWith('image/') ? url : null };
}
