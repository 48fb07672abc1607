import type { Finding, Severity } from '../findings/finding.js';

/** What was found, and in how much. */
export interface Report {
  readonly findings: readonly Finding[];
  readonly flows: number;
  readonly tasks: number;
  readonly files: number;
}

/** Where texts come from, and how paths are said. */
export interface Surroundings {
  /** Paths are said relative to it. */
  readonly folder: string;
  readonly read: (file: string) => string | undefined;
  readonly color: boolean;
}

export function count(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length;
}
