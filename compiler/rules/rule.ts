import type { Severity } from '../findings/finding.js';
import type { ProjectReading } from '../reading/index.js';
import type { ts } from '../source/index.js';

/** One kind of mistake. */
export interface Rule {
  readonly code: string;
  readonly severity: Severity;
  /** What it is about, in one line. */
  readonly title: string;
  find(reading: ProjectReading): Iterable<Found>;
}

/** Where a rule is broken. */
export interface Found {
  readonly at: ts.Node;
  readonly message: string;
  readonly related?: readonly { readonly at: ts.Node; readonly message: string }[];
  /** Of a rule that stands for several codes. */
  readonly code?: string;
}
