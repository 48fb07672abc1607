import { isFlowproofError } from 'flowproof';
import { argumentsOf, revertArgumentsOf } from './arguments.js';
import { type FlowSpec, flowsOf, type Invalid, isFlow, nodeNames, retryName, tasksOf } from './case.js';
import type { BuiltFlow } from './flows.js';
import { byText } from './json.js';

/** What TaskFlow sees while it builds a flow, in its words: of the innermost flow first, and there in this order. */
const WHEN_BUILT: readonly (readonly [code: string, error: string])[] = [
  ['SEVERAL_PROVIDERS', 'AmbiguousDependency'],
  ['CYCLE', 'DependencyFailure'],
  ['BAD_DEPTH', 'ValueError'],
];

/** What it sees later, in this order. */
const THEN: readonly (readonly [code: string, error: string])[] = [
  ['NOT_A_NODE', 'TypeError'],
  ['DUPLICATE_NODE', 'Duplicate'],
  ['NAME_INVALID', 'ValueError'],
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
  const known = whenBuilt(found, spec) ?? THEN.find(([code]) => found.some((finding) => finding.code === code))?.[1];
  if (known !== undefined) return { error: known };
  const missing = found.filter(({ code }) => MISSING.has(code));
  if (missing.length === 0 || built === undefined) return { error: found.map(({ code }) => code).join() };
  return missingOf(missing, spec, built);
}

function whenBuilt(found: readonly Finding[], spec: FlowSpec): string | undefined {
  for (const flow of inBuildOrder(spec, spec.name)) {
    // Several providers are reported at a node of the flow, all else at the flow itself.
    const inside = ({ code, path }: Finding): boolean =>
      (code === 'SEVERAL_PROVIDERS' ? path.slice(0, path.lastIndexOf('/')) : path) === flow;
    const [, error] = WHEN_BUILT.find(([code]) => found.some((finding) => finding.code === code && inside(finding))) ?? [];
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Paths of the flows, each after those in it. */
function inBuildOrder(flow: FlowSpec, path: string): readonly string[] {
  const names = nodeNames(flow);
  const inner = (flow.items ?? []).flatMap((item, index) => (isFlow(item) ? inBuildOrder(item, `${path}/${names[index]}`) : []));
  return [...inner, path];
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
