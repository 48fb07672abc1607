const BLOCK = 512;
/** The largest size that the old header can say; the pax header says the true one. */
const MAX_OCTAL = 0o77777777777;

export interface TarEntry {
  readonly path: string;
  readonly size: number;
}

/** A tar archive as a stream: pax headers, so that every name and size fits, and `tar -t` reads it. */
export async function* tar<Entry extends TarEntry>(
  entries: AsyncIterable<Entry>,
  contentOf: (entry: Entry) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    const pax = Buffer.from(record('path', entry.path) + record('size', String(entry.size)));
    yield header('x', `PaxHeaders/${entry.path}`, pax.length);
    yield pax;
    yield padding(pax.length);
    yield header('0', entry.path, entry.size);
    let size = 0;
    for await (const chunk of contentOf(entry)) {
      size += chunk.length;
      yield chunk;
    }
    if (size !== entry.size)
      throw new Error(`'${entry.path}' has ${size} bytes, but had ${entry.size}: it changed while it was being published`);
    yield padding(size);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** `length key=value\n`, where the length counts its own digits. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (String(length).length > String(bytes).length) length = bytes + String(length).length;
  return length + rest;
}

function header(type: '0' | 'x', path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0, 100);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${octal(Math.min(size, MAX_OCTAL), 11)}\0`, 124);
  block.write(`${octal(0, 11)}\0`, 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}
