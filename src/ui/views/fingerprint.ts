import type { FailureReport } from '../../model/failure.js';

/** A failure, and what it has in common with those that are alike. */
export interface Fingerprinted {
  readonly fingerprint: string;
  readonly path: string;
  readonly phase: FailureReport['phase'];
  readonly name: string;
  readonly code?: string;
  /** With `…` in the place of what differs from one to the next. */
  readonly message: string;
}

/** What differs from one failure to the next of the same kind, the longest first. */
const DIFFERENT: readonly RegExp[] = [
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi,
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?/g,
  /\b0x[0-9a-f]+\b/gi,
  /\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/gi,
  /'[^'\n]{0,200}'|"[^"\n]{0,200}"|`[^`\n]{0,200}`/g,
  /[\w.+-]+@[\w-]+(\.[\w-]+)+/g,
  /\b[\w-]*\d[\w-]*\b/g,
];
const MOST_CHARACTERS = 300;

/** Equal for failures at one place, by one error, that differ in names, numbers and times only. */
export function fingerprintOf({ path, phase, failure: { name, code, message } }: FailureReport): Fingerprinted {
  const normal = normalised(message);
  const coded = code === undefined ? {} : { code };
  return { fingerprint: JSON.stringify([path, phase, name, code ?? '', normal]), path, phase, name, ...coded, message: normal };
}

export function normalised(message: string): string {
  const [line = ''] = message.slice(0, 2_000).split('\n');
  const same = DIFFERENT.reduce((text, different) => text.replace(different, '…'), line);
  return same.length <= MOST_CHARACTERS ? same : `${same.slice(0, MOST_CHARACTERS)}…`;
}
