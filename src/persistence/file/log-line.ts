import { crc32 } from 'node:zlib';

/**
 * One record of the log: a line that a person can read.
 *
 *     CRC LENGTH DURABLE META⇥BODY⏎
 *
 * CRC: 8 hexadecimal digits over all that follows it. LENGTH: bytes of META, tab and BODY. DURABLE: how many bytes of the
 * log were known to be on disk when the line was written. META and BODY are JSON, which contains neither raw tabs nor
 * raw line ends; opening a log reads only META.
 */
export interface LogLine {
  readonly durable: number;
  readonly meta: string;
  readonly body: string;
}

const CRC_DIGITS = 8;
const TAB = '\t';

export function formatLine({ durable, meta, body }: LogLine): Buffer {
  const content = meta + TAB + body;
  const rest = `${Buffer.byteLength(content)} ${durable} ${content}`;
  return Buffer.from(`${checksum(Buffer.from(rest))} ${rest}\n`);
}

/** The line without its line end; `undefined` when it is not whole. */
export function parseLine(bytes: Buffer): LogLine | undefined {
  if (bytes.length <= CRC_DIGITS + 1) return undefined;
  const rest = bytes.subarray(CRC_DIGITS + 1);
  if (bytes.toString('latin1', 0, CRC_DIGITS + 1) !== `${checksum(rest)} `) return undefined;
  const lengthEnd = rest.indexOf(' ');
  const durableEnd = rest.indexOf(' ', lengthEnd + 1);
  const content = rest.subarray(durableEnd + 1);
  if (lengthEnd < 1 || durableEnd < 0 || content.length !== Number(rest.toString('latin1', 0, lengthEnd))) return undefined;
  const tab = content.indexOf(TAB);
  if (tab < 0) return undefined;
  const durable = Number(rest.toString('latin1', lengthEnd + 1, durableEnd));
  return { durable, meta: content.toString('utf8', 0, tab), body: content.toString('utf8', tab + 1) };
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(CRC_DIGITS, '0');
}
