import type { Finding, Severity } from '../findings/finding.js';
import type { Place } from '../findings/place.js';
import type { Change, PresentFlow, Verdict } from '../manifest/index.js';

/** How each verdict counts, and what it is called. */
export const UPGRADE_CODES: Readonly<Record<Verdict, { readonly code: string; readonly severity: Severity; readonly title: string }>> = {
  strands: { code: 'WOULD_STRAND', severity: 'error', title: 'a change would refuse stored runs' },
  migration: { code: 'NEEDS_MIGRATION', severity: 'warning', title: 'stored runs go on if something is done first' },
  safe: { code: 'SAFE_CHANGE', severity: 'note', title: 'a change with which all stored runs go on' },
};

/** What stored runs would go on with. */
export interface PresentCode {
  readonly flows: readonly PresentFlow[];
  /** Factories that make flows from the args of each run. */
  readonly made: ReadonlyMap<string, Place>;
  /** Where to say what has no place. */
  readonly root: string;
}

/** Changes at their places; what is gone is reported where its flow is, or at the beginning of the project. */
export function findingsOf(changes: readonly Change[], { flows, made, root }: PresentCode): readonly Finding[] {
  const present = new Map(flows.map((flow) => [flow.name, flow]));
  return changes.map(({ verdict, flow, path, message }) => {
    const { code, severity } = UPGRADE_CODES[verdict];
    const place = made.get(flow) ?? present.get(flow)?.placeOf(path) ?? { file: root, line: 1, column: 1, endLine: 1, endColumn: 1 };
    return { code, severity, message, place, related: [] };
  });
}
