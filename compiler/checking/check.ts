import type { Finding, Severity } from '../findings/finding.js';
import { inOrder } from '../findings/order.js';
import type { ProjectReading } from '../reading/index.js';
import { type Found, RULES, type Rule } from '../rules/index.js';
import { placeOf, type ts } from '../source/index.js';
import { withoutIgnored } from './ignores.js';

export interface CheckOptions {
  /** Code → how it counts here, or `off`. */
  readonly severities?: Readonly<Record<string, Severity | 'off'>>;
  /** What was found by other means, and is counted and ignored like the rest. */
  readonly also?: readonly Finding[];
}

/** Everything that the rules find in a project, in order of its places. */
export function check(reading: ProjectReading, options: CheckOptions = {}): readonly Finding[] {
  return judged([...(options.also ?? []), ...found(reading)], reading.project.files, options);
}

/** Whatever the rules find. */
export function found(reading: ProjectReading): readonly Finding[] {
  return RULES.flatMap((rule) => [...rule.find(reading)].map((one) => findingOf(one, rule)));
}

/** In order, without what comments ignore, and counted as the project wants it. */
export function judged(
  findings: readonly Finding[],
  files: readonly ts.SourceFile[],
  { severities = {} }: CheckOptions,
): readonly Finding[] {
  return counted(inOrder(withoutIgnored(inOrder(findings), files)), severities);
}

/** As the project wants its codes to count. */
export function counted(findings: readonly Finding[], severities: NonNullable<CheckOptions['severities']>): readonly Finding[] {
  return findings.flatMap((finding) => {
    const severity = Object.hasOwn(severities, finding.code) ? severities[finding.code] : finding.severity;
    return severity === undefined || severity === 'off' ? [] : [{ ...finding, severity }];
  });
}

function findingOf({ at, message, related = [], code }: Found, rule: Rule): Finding {
  return {
    code: code ?? rule.code,
    severity: rule.severity,
    message,
    place: placeOf(at),
    related: related.map((one) => ({ place: placeOf(one.at), message: one.message })),
  };
}
