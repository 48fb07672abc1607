import { createHash, randomBytes } from 'node:crypto';

/** Makes ids; handed in so that tests can make them repeatable. */
export interface Ids {
  /** Id of a run: a UUIDv7, so ids sort by creation time (RFC 9562, section 5.7), those of one maker strictly. */
  runId(nowMs: number): string;
  /** A UUIDv4 for writers, owners and messages. */
  unique(): string;
  /** A token, unique among the steps of one maker: 12 hexadecimal digits. */
  stepId(): string;
}

/** Random bytes are drawn a page at a time: one system call for some hundred ids. */
const POOL_BYTES = 4096;
let pool = randomBytes(0);
let used = 0;

function draw(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const drawn = pool.subarray(used, used + bytes);
  used += bytes;
  return drawn;
}

/** A maker of ids; those of runs are strictly in order, also within a millisecond and when the clock goes back. */
export function randomIds(): Ids {
  let lastMs = 0;
  let counter = 0;
  let steps = 0;
  return {
    runId(nowMs) {
      const bytes = Buffer.from(draw(16));
      if (nowMs > lastMs) {
        lastMs = nowMs;
        counter = bytes.readUInt16BE(6) & 0x7ff;
      } else if (++counter > 0xfff) {
        // More ids than the counter has room for in one millisecond: borrow from the next one (section 6.2, method 1).
        lastMs++;
        counter = 0;
      }
      bytes.writeUIntBE(lastMs, 0, 6);
      bytes.writeUInt16BE(counter, 6);
      return asUuid(bytes, 0x70);
    },
    unique: () => asUuid(Buffer.from(draw(16)), 0x40),
    stepId: () => (steps++).toString(16).padStart(12, '0'),
  };
}

function asUuid(bytes: Buffer, version: number): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | version, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** 32 hexadecimal digits that are equal exactly for equal parts: identity of content and of pieces of work. */
export function digest(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(part).length}:${part};`);
  return hash.digest('hex').slice(0, 32);
}

/**
 * 24 hexadecimal digits that differ for different texts, unless two happen to be equal, which is as good as impossible. Made for
 * each call of a task, where a cryptographic digest would cost more than all the rest (after cyrb53, by bryc).
 */
export function quickDigest(text: string): string {
  let [a, b, c] = [0xdeadbeef, 0x41c6ce57, 0x9e3779b9];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
    c = Math.imul(c ^ code, 2246822507);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(c ^ (c >>> 13), 3266489909);
  c = Math.imul(c ^ (c >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return hex32(a) + hex32(b) + hex32(c);
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** By bytes: `toString(16)` of what is no small integer takes fifteen times as long. */
function hex32(value: number): string {
  return `${BYTES[value >>> 24]}${BYTES[(value >>> 16) & 255]}${BYTES[(value >>> 8) & 255]}${BYTES[value & 255]}`;
}
