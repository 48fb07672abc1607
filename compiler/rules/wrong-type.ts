import { sentence } from '#model/diagnostics.js';
import type { FlowReading, ProjectReading, TaskReading, Types } from '../reading/index.js';
import { writtenIn } from '../reading/index.js';
import { ts } from '../source/index.js';
import { signatureOf } from './result-types.js';
import type { Found, Rule } from './rule.js';

type Source = FlowReading['bound']['atoms'][number]['inputs'][string];

/** A value that is read, with its type and where that is written. */
interface Given {
  readonly name: string;
  readonly type: ts.Type;
  readonly at: ts.Node;
  readonly says: string;
}

type Place = 'provides' | 'requires';

/** Types prove this where the builder sees them; through `any` and casts it goes unseen. */
export const wrongType: Rule = {
  code: 'WRONG_TYPE',
  severity: 'error',
  title: 'a value has another type than its reader takes',
  *find(reading) {
    const tasks = new Map(reading.allTasks.map((task) => [task.node as ts.Node, task]));
    for (const flow of reading.flows) yield* wrongIn(flow, reading, tasks);
  },
};

function* wrongIn(
  flow: FlowReading,
  { interpreter: { types, origins } }: ProjectReading,
  tasks: ReadonlyMap<ts.Node, TaskReading>,
): Iterable<Found> {
  const taskAt = (node: number): TaskReading | undefined => {
    const origin = flow.origins[node];
    if (origin?.kind !== 'task') return undefined;
    const source = origins.of(origin.code.target);
    return source && (tasks.get(source) ?? tasks.get(source.parent));
  };
  for (const { node, inputs, path } of flow.bound.atoms) {
    const reader = taskAt(node);
    if (reader === undefined || hasSchemas(reader, 'requires')) continue;
    for (const [input, source] of Object.entries(inputs)) {
      const value = givenBy(source);
      const taken = inputOf(reader, input, types);
      if (value === undefined || taken === undefined || fits(value.type, taken, types)) continue;
      const what = `'${path.slice(flow.name.length + 1)}' takes ${text(taken, types)}, not ${text(value.type, types)}`;
      yield {
        at: flow.placeOf(node),
        message: `${sentence('WRONG_TYPE', { flow: flow.name, value: value.name })}: ${what}`,
        related: [{ at: value.at, message: value.says }],
      };
    }
  }

  function givenBy(source: Source): Given | undefined {
    if (source.from === 'input') return inputGiven(flow, source.name, types);
    // An output that its task may leave out.
    if (source.from === 'branch' && source.of.length === 1) return givenBy(source.of[0] as Source);
    if (source.from !== 'atom') return undefined;
    const provider = taskAt(flow.bound.atoms[source.atom]?.node ?? -1);
    if (provider === undefined || hasSchemas(provider, 'provides')) return undefined;
    const type = outputOf(provider, source.output, types);
    return type && { name: source.output, type, at: provider.at, says: `'${provider.name}' provides it` };
  }
}

/** What `.input<I>()` says of a value. */
function inputGiven(flow: FlowReading, name: string, types: Types): Given | undefined {
  const at = flow.callsOf(0).find(({ method }) => method === 'input')?.at.typeArguments?.[0];
  const type = at && types.property(types.checker.getTypeFromTypeNode(at), name);
  return at && type && { name, type, at, says: 'it is an input of the flow' };
}

/** Values with schemas are parsed on their way. */
function hasSchemas({ options }: TaskReading, place: Place): boolean {
  const written = options && writtenIn(options, place);
  return written === undefined ? options === undefined : ts.isObjectLiteralExpression(written);
}

function outputOf(task: TaskReading, name: string, types: Types): ts.Type | undefined {
  const signature = signatureOf(task, types);
  return signature && types.property(types.awaited(signature.getReturnType()), name);
}

function inputOf(task: TaskReading, name: string, types: Types): ts.Type | undefined {
  const [parameter] = signatureOf(task, types)?.parameters ?? [];
  return parameter && types.property(types.checker.getTypeOfSymbol(parameter), name);
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
