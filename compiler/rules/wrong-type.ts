import { sentence } from '#model/diagnostics.js';
import type { FlowReading, ProjectReading, TaskReading, Types } from '../reading/index.js';
import { writtenIn } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { Found, Rule } from './rule.js';

type Place = 'provides' | 'requires';

/** Types prove this where the builder sees them; through `any` and casts it goes unseen. */
export const wrongType: Rule = {
  code: 'WRONG_TYPE',
  severity: 'error',
  title: 'a value has another type than its reader takes',
  *find(reading) {
    const tasks = new Map(reading.tasks.map((task) => [task.node as ts.Node, task]));
    for (const flow of reading.flows) yield* wrongIn(flow, reading, tasks);
  },
};

function* wrongIn(
  flow: FlowReading,
  { machine: { types, origins } }: ProjectReading,
  tasks: ReadonlyMap<ts.Node, TaskReading>,
): Iterable<Found> {
  const taskAt = (node: number): TaskReading | undefined => {
    const origin = flow.origins[node];
    if (origin?.kind !== 'task') return undefined;
    const source = origins.of(origin.code.target);
    return source && (tasks.get(source) ?? tasks.get(source.parent));
  };
  for (const { node, inputs, path } of flow.linked.atoms) {
    const reader = taskAt(node);
    if (reader === undefined || hasSchemas(reader, 'requires')) continue;
    for (const [input, source] of Object.entries(inputs)) {
      if (source.from !== 'atom') continue;
      const provider = taskAt(flow.linked.atoms[source.atom]?.node ?? -1);
      if (provider === undefined || hasSchemas(provider, 'provides')) continue;
      const [given, taken] = [outputOf(provider, source.output, types), inputOf(reader, input, types)];
      if (given === undefined || taken === undefined || fits(given, taken, types)) continue;
      yield {
        at: flow.placeOf(node),
        message: `${sentence('WRONG_TYPE', { flow: flow.name, value: source.output })}: '${path.slice(flow.name.length + 1)}' takes ${text(taken, types)}, not ${text(given, types)}`,
        related: [{ at: provider.at, message: `'${provider.name}' provides it` }],
      };
    }
  }
}

/** Values with schemas are parsed on their way. */
function hasSchemas({ options }: TaskReading, place: Place): boolean {
  const written = options && writtenIn(options, place);
  return written === undefined ? options === undefined : ts.isObjectLiteralExpression(written);
}

function outputOf(task: TaskReading, name: string, types: Types): ts.Type | undefined {
  const signature = task.execute && types.checker.getSignatureFromDeclaration(task.execute);
  return signature && types.property(types.awaited(signature.getReturnType()), name);
}

function inputOf(task: TaskReading, name: string, types: Types): ts.Type | undefined {
  const [parameter] = task.execute?.parameters ?? [];
  return parameter && types.property(types.of(parameter), name);
}

/** Leaves out what only a call could settle: type parameters, `any`, and values that may be absent. */
function fits(given: ts.Type, taken: ts.Type, types: Types): boolean {
  if ([given, taken].some((type) => types.isAny(type) || type.flags & ts.TypeFlags.Instantiable)) return true;
  const parts = given.isUnion() ? given.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined)) : [given];
  return parts.every((part) => types.checker.isTypeAssignableTo(part, taken));
}

function text(type: ts.Type, types: Types): string {
  const written = types.checker.typeToString(type);
  return written.length > 60 ? `${written.slice(0, 59)}…` : written;
}
