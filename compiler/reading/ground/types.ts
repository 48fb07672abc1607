import { ts } from '../../source/index.js';

/** One value by name, as a type tells it. */
export interface TypedPort {
  readonly name: string;
  readonly optional: boolean;
}

/** What flowproof's types say of a value. */
export type Brand =
  | {
      readonly kind: 'flow' | 'task' | 'use' | 'retry';
      readonly name: string | undefined;
      readonly needs: readonly TypedPort[];
      readonly gives: readonly TypedPort[];
    }
  /** A class of tasks: nothing but its signatures is known. */
  | {
      readonly kind: 'class';
      readonly name: string | undefined;
      readonly needs: readonly TypedPort[];
      readonly gives: readonly TypedPort[];
    };

const BRAND = '~flowproof';

/** Questions to the type checker. */
export class Types {
  /** A loop asks for the same names again and again. */
  readonly #symbols = new WeakMap<ts.Node, { readonly symbol: ts.Symbol | undefined }>();

  constructor(readonly checker: ts.TypeChecker) {}

  /** What a name, or an expression that is one, stands for. */
  symbolAt(node: ts.Node): ts.Symbol | undefined {
    let known = this.#symbols.get(node);
    if (known === undefined) {
      known = { symbol: this.checker.getSymbolAtLocation(node) };
      this.#symbols.set(node, known);
    }
    return known.symbol;
  }

  /** The variable that a name stands for, also where `{ name }` gives, or takes, a property of that name. */
  variableAt(name: ts.Identifier): ts.Symbol | undefined {
    return ts.isShorthandPropertyAssignment(name.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(name.parent)
      : this.symbolAt(name);
  }

  of(node: ts.Node): ts.Type {
    return this.checker.getTypeAtLocation(node);
  }

  property(type: ts.Type, name: string): ts.Type | undefined {
    const symbol = this.checker.getPropertyOfType(type, name);
    return symbol === undefined ? undefined : this.checker.getTypeOfSymbol(symbol);
  }

  /** The value of a type that has only one. */
  literal(type: ts.Type): { readonly value: string | number | boolean | null | undefined } | undefined {
    if (type.isStringLiteral() || type.isNumberLiteral()) return { value: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { value: this.checker.typeToString(type) === 'true' };
    if (type.flags & ts.TypeFlags.Null) return { value: null };
    return undefined;
  }

  /** All values of a type that has only some. */
  literals(type: ts.Type): readonly unknown[] | undefined {
    const parts = type.isUnion() ? type.types : [type];
    const known = parts.map((one) => (one.flags & ts.TypeFlags.Undefined ? { value: undefined } : this.literal(one)));
    return known.some((one) => one === undefined) ? undefined : known.map((one) => one?.value);
  }

  isAny(type: ts.Type): boolean {
    return (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  }

  mayBeUndefined(type: ts.Type): boolean {
    const parts = type.isUnion() ? type.types : [type];
    return parts.some(({ flags }) => (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) !== 0);
  }

  awaited(type: ts.Type): ts.Type {
    return this.checker.getAwaitedType(type) ?? type;
  }

  /** A promise, or something that may be one. */
  isThenable(type: ts.Type): boolean {
    if (this.isAny(type)) return false;
    if (type.isUnion()) return type.types.some((one) => this.isThenable(one));
    const then = this.property(type, 'then');
    return then !== undefined && then.getCallSignatures().length > 0;
  }

  /** Names of an object type; `undefined` where it may have others. */
  ports(type: ts.Type | undefined): readonly TypedPort[] | undefined {
    if (type === undefined || this.isAny(type) || type.flags & (ts.TypeFlags.TypeParameter | ts.TypeFlags.NonPrimitive)) return undefined;
    if (this.checker.getIndexInfosOfType(type).length > 0) return undefined;
    if (type.isUnion()) return undefined;
    return this.checker.getPropertiesOfType(type).map(({ name, flags }) => ({ name, optional: (flags & ts.SymbolFlags.Optional) !== 0 }));
  }

  /** What the values of a type are for flowproof. */
  brand(type: ts.Type | undefined): Brand | undefined {
    if (type === undefined || this.isAny(type)) return undefined;
    const brand = this.property(type, BRAND);
    if (brand === undefined) return this.#classOf(type);
    const kind = this.property(brand, 'kind');
    if (kind === undefined || !kind.isStringLiteral()) return undefined;
    const types = this.property(brand, 'types');
    const inside = types === undefined ? undefined : this.checker.getNonNullableType(types);
    const part = (name: string) => (inside === undefined ? undefined : this.property(inside, name));
    const name = this.property(type, 'name');
    const known = name?.isStringLiteral() ? name.value : undefined;
    switch (kind.value) {
      case 'flow':
        return { kind: 'flow', name: known, needs: this.#taken(part('requires')), gives: this.ports(part('provides')) ?? [] };
      case 'task': {
        const kept = new Set(this.#texts(part('kept')));
        const gives = (this.ports(part('result')) ?? []).filter((port) => !kept.has(port.name));
        return { kind: 'task', name: known, needs: this.#taken(part('needs')), gives };
      }
      case 'use':
        return { kind: 'use', name: undefined, needs: this.#taken(part('needs')), gives: this.ports(part('gives')) ?? [] };
      case 'retry':
        return { kind: 'retry', name: undefined, needs: this.#taken(part('requires')), gives: this.ports(part('provides')) ?? [] };
      default:
        return undefined;
    }
  }

  /** Whether this is a flow that is being built: its `build()` gives a flow. */
  isBuilder(type: ts.Type): boolean {
    if (this.isAny(type)) return false;
    const build = this.property(type, 'build')?.getCallSignatures()[0];
    return build !== undefined && this.property(type, 'add') !== undefined && this.brand(build.getReturnType())?.kind === 'flow';
  }

  /** What the first parameter of a method takes. */
  inputsOf(method: ts.Type | undefined): readonly TypedPort[] {
    return this.#taken(method);
  }

  /** What a method gives, without promises. */
  resultOf(method: ts.Type | undefined): ts.Type | undefined {
    const result = method?.getCallSignatures()[0]?.getReturnType();
    return result === undefined ? undefined : this.awaited(result);
  }

  #classOf(type: ts.Type): Brand | undefined {
    const instance = type.getConstructSignatures()[0]?.getReturnType();
    const execute = instance === undefined ? undefined : this.property(instance, 'execute');
    if (instance === undefined || execute === undefined || execute.getCallSignatures().length === 0) return undefined;
    const revert = this.#taken(this.property(instance, 'revert'));
    const needs = this.#taken(execute);
    const more = revert.filter((port) => needs.every(({ name }) => name !== port.name));
    return { kind: 'class', name: instance.symbol?.name, needs: [...needs, ...more], gives: this.ports(this.resultOf(execute)) ?? [] };
  }

  #taken(method: ts.Type | undefined): readonly TypedPort[] {
    const parameter = method?.getCallSignatures()[0]?.parameters[0];
    return parameter === undefined ? [] : (this.ports(this.checker.getTypeOfSymbol(parameter)) ?? []);
  }

  #texts(type: ts.Type | undefined): readonly string[] {
    if (type === undefined) return [];
    return (type.isUnion() ? type.types : [type]).flatMap((one) => (one.isStringLiteral() ? [one.value] : []));
  }
}
