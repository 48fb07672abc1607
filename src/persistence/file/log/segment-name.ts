/** Which part of the log a file is: its own number, or those of all the files whose place it has taken. */
export interface SegmentName {
  readonly first: number;
  readonly last: number;
}

const PATTERN = /^journal-(\d{8})(?:-(\d{8}))?\.log$/;

const digits = (number: number): string => String(number).padStart(8, '0');

export function segmentFileName({ first, last }: SegmentName): string {
  return first === last ? `journal-${digits(first)}.log` : `journal-${digits(first)}-${digits(last)}.log`;
}

export function parseSegmentName(fileName: string): SegmentName | undefined {
  const match = PATTERN.exec(fileName);
  if (match === null) return undefined;
  const first = Number(match[1]);
  return { first, last: match[2] === undefined ? first : Number(match[2]) };
}

/** What a process that was killed while it worked on the names left behind. */
export function isDraftName(fileName: string): boolean {
  return fileName.endsWith('.new') && parseSegmentName(fileName.slice(0, -'.new'.length)) !== undefined;
}

/**
 * Tells which files are the log, in order, and which are left over: those whose content another one has.
 * @returns as `missing` a number that no file has, when there is one
 */
export function arrange(names: readonly SegmentName[]): {
  readonly log: readonly SegmentName[];
  readonly obsolete: readonly SegmentName[];
  readonly missing?: number;
} {
  const sorted = [...names].sort((a, b) => a.first - b.first || b.last - a.last);
  const log: SegmentName[] = [];
  const obsolete: SegmentName[] = [];
  let next = 1;
  for (const name of sorted) {
    if (name.last < next) {
      obsolete.push(name);
    } else if (name.first === next) {
      log.push(name);
      next = name.last + 1;
    } else {
      return { log, obsolete, missing: next };
    }
  }
  return { log, obsolete };
}
