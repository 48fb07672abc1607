import { printable } from '#model/text/printable.js';
import type { Finding, Severity } from '../findings/finding.js';
import { inOrder } from '../findings/order.js';
import { shortened } from '../findings/shorten.js';
import type { ProjectReading } from '../reading/index.js';
import { type Found, RULES, type Rule } from '../rules/index.js';
import { placeOf, type SourceProject, syntaxErrorsIn } from '../source/index.js';
import { blaming } from './blame.js';
import { withoutIgnored } from './ignores.js';

export interface CheckOptions {
  /** Code → how it counts here, or `off`. */
  readonly severities?: Readonly<Record<string, Severity | 'off'>>;
  /** What was found by other means, and is counted and ignored like the rest. */
  readonly also?: readonly Finding[];
}

/** Codes that no rule stands for. */
export const CHECK_CODES: readonly Pick<Rule, 'code' | 'severity' | 'title'>[] = [
  { code: 'TSCONFIG_OPTION', severity: 'warning', title: 'a tsconfig gives an option a value that it does not take' },
  { code: 'SYNTAX_ERROR', severity: 'error', title: 'a file can not be parsed' },
  { code: 'USELESS_IGNORE', severity: 'warning', title: 'a comment ignores what is not there, or gives no reason' },
];

/** Everything that the rules find in a project, in order of its places. */
export function check(reading: ProjectReading, options: CheckOptions = {}): readonly Finding[] {
  return judged([...(options.also ?? []), ...found(reading)], reading.project, options);
}

/**
 * Whatever the rules find.
 *
 * @throws CheckerDefectError when one of them fails
 */
export function found(reading: ProjectReading): readonly Finding[] {
  return RULES.flatMap((rule) => blaming(reading, (one) => [...rule.find(one)].map((each) => findingOf(each, rule))));
}

/** In order, without what comments ignore, said once, and counted as the project wants it. */
export function judged(findings: readonly Finding[], project: SourceProject, { severities = {} }: CheckOptions): readonly Finding[] {
  const all = [...findings, ...syntaxErrorsIn(project).map(unparsed), ...misread(project)];
  return counted(shortened(inOrder(withoutIgnored(inOrder(all), project.files))), severities);
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
    message: printable(message),
    place: placeOf(at),
    related: related.map((one) => ({ place: placeOf(one.at), message: printable(one.message) })),
  };
}

function misread(project: SourceProject): readonly Finding[] {
  return project.misread.map(({ place, message }) => ({ code: 'TSCONFIG_OPTION', severity: 'warning', message, place, related: [] }));
}

function unparsed({ place, message }: Pick<Finding, 'place' | 'message'>): Finding {
  return { code: 'SYNTAX_ERROR', severity: 'error', message, place, related: [] };
}
