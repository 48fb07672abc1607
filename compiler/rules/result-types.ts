import type { ProjectReading, TaskReading, Types } from '../reading/index.js';
import { ts } from '../source/index.js';
import { nameOf } from './methods.js';

/** One output of a task, with its type. */
export interface Output {
  readonly name: string;
  readonly type: ts.Type;
}

/** What `execute` of a task gives, as its types tell. */
export function outputsOf(task: TaskReading, types: Types): { readonly all: ts.Type; readonly outputs: readonly Output[] } | undefined {
  const signature = signatureOf(task, types);
  if (signature === undefined) return undefined;
  const all = types.awaited(signature.getReturnType());
  // What is no object with names gives nothing: the methods of a list are no outputs.
  if (types.isAny(all) || isList(all, types) || !(all.flags & (ts.TypeFlags.Object | ts.TypeFlags.UnionOrIntersection)))
    return { all, outputs: [] };
  const outputs = types.checker
    .getPropertiesOfType(all)
    .map((symbol) => ({ name: symbol.name, type: types.checker.getTypeOfSymbol(symbol) }));
  return { all, outputs };
}

/** As the class of the task has it: what is inherited may have its types from there. */
export function signatureOf({ node, execute }: TaskReading, types: Types): ts.Signature | undefined {
  if (execute === undefined) return undefined;
  const symbol = ts.isClassLike(node) ? types.of(node).symbol : undefined;
  const method = symbol && types.property(types.checker.getDeclaredTypeOfSymbol(symbol), 'execute');
  return method?.getCallSignatures()[0] ?? types.checker.getSignatureFromDeclaration(execute);
}

function isList(type: ts.Type, types: Types): boolean {
  return (type.isUnion() ? type.types : [type]).some((one) => types.checker.isArrayLikeType(one));
}

/** Where the types of the outputs are written: the return type, else the method's name. */
export function outputsAt({ execute, at }: TaskReading): ts.Node {
  if (execute === undefined) return at;
  const name = nameOf(execute);
  return execute.type ?? (name === execute ? at : name);
}

/** Classes that `interface Register { storable: … }` admits. */
export function admitted({ interpreter: { library, types } }: ProjectReading): ReadonlySet<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  for (const symbol of library.exported('Register')) {
    const storable = types.property(types.checker.getDeclaredTypeOfSymbol(symbol), 'storable');
    for (const one of storable === undefined ? [] : storable.isUnion() ? storable.types : [storable]) {
      if (one.symbol !== undefined) found.add(one.symbol);
    }
  }
  return found;
}
