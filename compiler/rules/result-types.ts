import type { ProjectReading, TaskReading, Types } from '../reading/index.js';
import { ts } from '../source/index.js';

/** One output of a task, with its type. */
export interface Output {
  readonly name: string;
  readonly type: ts.Type;
}

/** What `execute` of a task gives, as its types tell. */
export function outputsOf(task: TaskReading, types: Types): { readonly all: ts.Type; readonly outputs: readonly Output[] } | undefined {
  if (task.execute === undefined) return undefined;
  const signature = types.checker.getSignatureFromDeclaration(task.execute);
  if (signature === undefined) return undefined;
  const all = types.awaited(signature.getReturnType());
  if (types.isAny(all)) return { all, outputs: [] };
  const outputs = types.checker
    .getPropertiesOfType(all)
    .map((symbol) => ({ name: symbol.name, type: types.checker.getTypeOfSymbol(symbol) }));
  return { all, outputs };
}

/** Where the types of the outputs are written: the return type, else the method's name. */
export function outputsAt({ execute, at }: TaskReading): ts.Node {
  if (execute === undefined) return at;
  return execute.type ?? execute.name ?? (ts.isPropertyAssignment(execute.parent) ? execute.parent.name : at);
}

/** Classes that `interface Register { storable: … }` admits. */
export function admitted({ machine: { library, types } }: ProjectReading): ReadonlySet<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  for (const symbol of library.exported('Register')) {
    const storable = types.property(types.checker.getDeclaredTypeOfSymbol(symbol), 'storable');
    for (const one of storable === undefined ? [] : storable.isUnion() ? storable.types : [storable]) {
      if (one.symbol !== undefined) found.add(one.symbol);
    }
  }
  return found;
}
