import type { TarEntry } from './tar.js';

const BLOCK = 512;

/** A file of an archive; its content must be read to its end before the next one is asked for. */
export interface TarFile extends TarEntry {
  readonly content: AsyncIterable<Uint8Array>;
}

/** The files of an archive that `tar` made. */
export async function* untar(archive: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const bytes = new Bytes(archive);
  let entry: Partial<Record<string, string>> = {};
  for (;;) {
    const header = await bytes.take(BLOCK);
    if (header[0] === 0) return bytes.drain();
    const type = header.toString('latin1', 156, 157);
    if (type === 'x') {
      const size = Number.parseInt(header.toString('latin1', 124, 135), 8);
      entry = records(await bytes.take(size));
      await bytes.skip(size);
    } else {
      const { path, size } = entry;
      if (type !== '0' || path === undefined || size === undefined) throw new Error('this archive was not made here');
      yield { path, size: Number(size), content: bytes.next(Number(size)) };
      await bytes.skip(Number(size));
    }
  }
}

/** The `length key=value\n` records of a pax header. */
function records(pax: Buffer): Partial<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let at = 0; at < pax.length; ) {
    const space = pax.indexOf(' ', at);
    const length = Number(pax.toString('latin1', at, space));
    const equals = pax.indexOf('=', space);
    found[pax.toString('utf8', space + 1, equals)] = pax.toString('utf8', equals + 1, at + length - 1);
    at += length;
  }
  return found;
}

/** A stream, by the byte. */
class Bytes {
  readonly #source: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, in pieces. */
  async *next(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#buffer.length === 0) await this.#fill();
      const piece = this.#buffer.subarray(0, left);
      this.#buffer = this.#buffer.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async take(count: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.next(count)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** What fills the last block of something of this size. */
  async skip(size: number): Promise<void> {
    await this.take((BLOCK - (size % BLOCK)) % BLOCK);
  }

  /** Reads to the end of the stream: only then is its checksum known to be right. */
  async drain(): Promise<void> {
    while ((await this.#source.next()).done !== true);
  }

  async #fill(): Promise<void> {
    const { value, done } = await this.#source.next();
    if (done === true) throw new Error('the archive ends too early');
    this.#buffer = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
