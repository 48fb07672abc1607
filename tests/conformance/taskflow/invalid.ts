import { isFlowproofError } from 'flowproof';
import { argumentsOf, revertArgumentsOf } from './arguments.js';
import { type FlowSpec, flowsOf, type Invalid, retryName, tasksOf } from './case.js';
import type { BuiltFlow } from './flows.js';
import { byText } from './json.js';

/** Our codes in TaskFlow's words; the first of the list that was reported is what TaskFlow would have thrown. */
const ERRORS: readonly (readonly [code: string, error: string])[] = [
  ['CYCLE', 'DependencyFailure'],
  ['SEVERAL_PROVIDERS', 'AmbiguousDependency'],
  ['DUPLICATE_NODE', 'Duplicate'],
  ['NAME_INVALID', 'ValueError'],
  ['BAD_DEPTH', 'ValueError'],
  ['NOT_A_NODE', 'TypeError'],
];

const MISSING: ReadonlySet<string> = new Set(['MISSING_VALUE', 'NOT_PROVIDED', 'SIBLING_VALUE', 'MISSING_INPUT']);

interface Finding {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a flow, as TaskFlow says it. @throws what is no refusal */
export function invalidOf(error: unknown, spec: FlowSpec, built: BuiltFlow | undefined): Invalid {
  if (error instanceof TypeError) return { error: 'TypeError' };
  if (isFlowproofError(error, 'INCOMPATIBLE_FLOW')) return { error: 'Incompatible' };
  if (!isFlowproofError(error, 'FLOW_DEFINITION')) throw error;
  const found = (error as unknown as { diagnostics: readonly Finding[] }).diagnostics;
  const [, known] = ERRORS.find(([code]) => found.some((finding) => finding.code === code)) ?? [];
  if (known !== undefined) return { error: known };
  const missing = found.filter(({ code }) => MISSING.has(code));
  if (missing.length === 0 || built === undefined) return { error: found.map(({ code }) => code).join() };
  return missingOf(missing, spec, built);
}

/** Who misses which argument: TaskFlow speaks of arguments and methods, we of the value that they read. */
function missingOf(findings: readonly Finding[], spec: FlowSpec, { names }: BuiltFlow): Invalid {
  const lacking = new Map<string, Set<string>>();
  for (const { path, message } of findings) {
    const atom = atomOf(path, names);
    const [, value] = /(?:needs|has) '([^']*)'/.exec(message) ?? [];
    lacking.set(atom, (lacking.get(atom) ?? new Set()).add(value ?? message));
  }
  const by = methodsOf(spec).flatMap(({ atom, method, args }) => {
    const missing = args.filter(({ value, fallback }) => fallback === undefined && lacking.get(atom)?.has(value)).map(({ name }) => name);
    return missing.length === 0 ? [] : [{ atom, method, missing: missing.sort() }];
  });
  return { error: 'MissingDependencies', missing: [...new Set(by.flatMap(({ missing }) => missing))].sort(), by: by.sort(byText) };
}

/** What a retry misses is reported at its flow. */
function atomOf(path: string, names: BuiltFlow['names']): string {
  return names.get(path) ?? names.get(`${path}/(retry)`) ?? path;
}

function methodsOf(spec: FlowSpec): { atom: string; method: string; args: ReturnType<typeof argumentsOf> }[] {
  const retries = flowsOf(spec).flatMap((flow) => {
    if (flow.retry === undefined) return [];
    const { kind, requires = [], rebind } = flow.retry;
    const given = rebind === undefined ? {} : { rebind };
    const executing = argumentsOf({ requires: [...(kind === 'ParameterizedForEach' ? ['values'] : []), ...requires], ...given });
    const reverting = argumentsOf({ requires, ...(Array.isArray(rebind) ? {} : given) });
    return [
      { atom: retryName(flow), method: 'execute', args: executing },
      { atom: retryName(flow), method: 'revert', args: reverting },
    ];
  });
  const tasks = tasksOf(spec).flatMap((task) => [
    { atom: task.name, method: 'execute', args: argumentsOf(task) },
    { atom: task.name, method: 'revert', args: revertArgumentsOf(task) },
  ]);
  return [...retries, ...tasks];
}
