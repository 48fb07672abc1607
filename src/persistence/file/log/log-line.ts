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
/** No header is longer: two lengths of at most 16 digits, the checksum, three spaces. */
const MAX_HEADER = CRC_DIGITS + 2 * 16 + 3;

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
  return lineOf(Number(rest.toString('latin1', lengthEnd + 1, durableEnd)), content);
}

/**
 * The line, also when its length or a space of its header was damaged: both are known without it, and the checksum tells
 * whether what stands there with them is what was written.
 */
export function mendedLine(bytes: Buffer): LogLine | undefined {
  const content = contentOf(bytes);
  const header = bytes.toString('latin1', 0, bytes.length - content.length);
  const durable = /(\d+).$/.exec(header)?.[1];
  if (durable === undefined) return undefined;
  const rest = Buffer.concat([Buffer.from(`${content.length} ${durable} `), content]);
  return header.slice(0, CRC_DIGITS) === checksum(rest) ? lineOf(Number(durable), content) : undefined;
}

/** How long the header says that the line is, its line end not counted; `undefined` when the header can't be read. */
export function lengthBySaying(bytes: Buffer): number | undefined {
  const [header, length] = /^.{8} (\d+) \d+ (?=\{)/s.exec(bytes.toString('latin1', 0, MAX_HEADER)) ?? [];
  return header === undefined ? undefined : header.length + Number(length);
}

/** What stands behind the header: META is an object. */
function contentOf(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, MAX_HEADER + 1).indexOf('{');
  return start < 0 ? bytes.subarray(bytes.length) : bytes.subarray(start);
}

function lineOf(durable: number, content: Buffer): LogLine | undefined {
  const tab = content.indexOf(TAB);
  return tab < 0 ? undefined : { durable, meta: content.toString('utf8', 0, tab), body: content.toString('utf8', tab + 1) };
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(CRC_DIGITS, '0');
}
