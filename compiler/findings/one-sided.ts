/** How revert learns that execute has ended. */
export const OUTCOME_KINDS = ['result', 'failure', 'interrupted'] as const;
type Kind = (typeof OUTCOME_KINDS)[number];

/** A variable: equal only to itself. */
type Variable = object;

/** Stands for `[]`. */
export const EMPTY_LIST: unique symbol = Symbol('[]');
type Value = string | boolean | null | undefined | typeof EMPTY_LIST;

/** Names of calls that look for something, and change nothing. */
export const LOOKING = /^(get|find|read|list|load|fetch|look|query|describe|select|search|count|head|has|is|exists)/i;

/** What a condition in a revert is made of, whoever has parsed it. */
export type Asked =
  /** `outcome.kind` */
  | { readonly is: 'kind' }
  /** `'result' in outcome` */
  | { readonly is: 'has'; readonly name: string }
  /** `outcome.result…`: there is none unless it is that kind. */
  | { readonly is: 'part'; readonly name: string }
  | { readonly is: 'literal'; readonly value: Value }
  | { readonly is: 'variable'; readonly variable: Variable }
  | { readonly is: 'not'; readonly of: Asked }
  | { readonly is: 'equal'; readonly left: Asked; readonly right: Asked }
  | { readonly is: 'and' | 'or'; readonly left: Asked; readonly right: Asked }
  /** Whether a list has anything in it. */
  | { readonly is: 'filled'; readonly list: Asked }
  | { readonly is: 'choice'; readonly test: Asked; readonly yes: Asked; readonly no: Asked }
  | { readonly is: 'unknown' };

/** What a statement of a revert does. */
export type Done =
  /** Something that may undo what was done. */
  | { readonly is: 'effect' }
  | { readonly is: 'nothing' }
  /** A variable gets a value. */
  | { readonly is: 'assign'; readonly variable: Variable; readonly value: Asked }
  | { readonly is: 'if'; readonly test: Asked; readonly yes: readonly Done[]; readonly no: readonly Done[] }
  | { readonly is: 'switch'; readonly on: Asked; readonly clauses: readonly Clause[] }
  /** A function that ends by itself. */
  | { readonly is: 'call'; readonly body: readonly Done[] }
  | { readonly is: 'leave' | 'break' };

interface Clause {
  /** `undefined`: it is the default. */
  readonly test: Asked | undefined;
  readonly body: readonly Done[];
}

/** The one kind of outcome that a revert does something for; `undefined`: for others too, or for none. */
export function onlyKindOf(body: readonly Done[]): Kind | undefined {
  const [only, ...more] = OUTCOME_KINDS.filter((kind) => doesSomething(body, kind, new Map()) === 'effect');
  return more.length === 0 ? only : undefined;
}

/** What is known of a value: itself, or nothing. */
type Known = { readonly value: Value } | 'unknown';
type Variables = Map<Variable, Known>;

/** `effect` as soon as anything may be done; else how the statements end. */
function doesSomething(body: readonly Done[], kind: Kind, variables: Variables): 'effect' | 'leave' | 'break' | 'end' {
  for (const done of body) {
    const ended = ofStatement(done, kind, variables);
    if (ended !== 'end') return ended;
  }
  return 'end';
}

function ofStatement(done: Done, kind: Kind, variables: Variables): ReturnType<typeof doesSomething> {
  switch (done.is) {
    case 'effect':
    case 'leave':
    case 'break':
      return done.is;
    case 'nothing':
      return 'end';
    case 'assign':
      variables.set(done.variable, known(done.value, kind, variables));
      return 'end';
    case 'if': {
      const holds = truth(known(done.test, kind, variables));
      if (holds !== undefined) return doesSomething(holds ? done.yes : done.no, kind, variables);
      const other = new Map(variables);
      const ends = [doesSomething(done.yes, kind, variables), doesSomething(done.no, kind, other)];
      for (const [variable, value] of other) if (!isSame(variables.get(variable), value)) variables.set(variable, 'unknown');
      return ends.find((end) => end === 'effect') ?? (ends[0] === ends[1] ? (ends[0] ?? 'end') : 'end');
    }
    case 'switch':
      return ofSwitch(done, kind, variables);
    case 'call':
      return doesSomething(done.body, kind, variables) === 'effect' ? 'effect' : 'end';
  }
}

function ofSwitch({ on, clauses }: Done & { readonly is: 'switch' }, kind: Kind, variables: Variables): ReturnType<typeof doesSomething> {
  const value = known(on, kind, variables);
  const hits = clauses.map(({ test }) => (test === undefined ? false : isEqual(value, known(test, kind, variables))));
  const chosen = hits.includes(true) ? hits.indexOf(true) : clauses.findIndex(({ test }) => test === undefined);
  const starts = hits.includes(undefined) ? clauses.map((_, index) => index) : chosen < 0 ? [] : [chosen];
  const ends = starts.map((start) =>
    doesSomething(
      clauses.slice(start).flatMap(({ body }) => body),
      kind,
      variables,
    ),
  );
  if (ends.includes('effect')) return 'effect';
  return ends.length > 0 && ends.every((end) => end === 'leave') ? 'leave' : 'end';
}

function known(asked: Asked, kind: Kind, variables: Variables): Known {
  switch (asked.is) {
    case 'kind':
      return { value: kind };
    case 'has':
      return asked.name === 'result' || asked.name === 'failure' ? { value: asked.name === kind } : 'unknown';
    case 'part':
      return asked.name === kind ? 'unknown' : { value: undefined };
    case 'literal':
      return { value: asked.value };
    case 'variable':
      return variables.get(asked.variable) ?? 'unknown';
    case 'not': {
      const holds = truth(known(asked.of, kind, variables));
      return holds === undefined ? 'unknown' : { value: !holds };
    }
    case 'equal': {
      const equal = isEqual(known(asked.left, kind, variables), known(asked.right, kind, variables));
      return equal === undefined ? 'unknown' : { value: equal };
    }
    case 'and':
    case 'or': {
      const left = known(asked.left, kind, variables);
      const holds = truth(left);
      if (holds === (asked.is === 'or')) return left;
      const right = known(asked.right, kind, variables);
      // What may stop here and what does stop there come to the same.
      return holds !== undefined || truth(right) === (asked.is === 'or') ? right : 'unknown';
    }
    case 'filled': {
      const list = known(asked.list, kind, variables);
      return typeof list === 'object' && list.value === EMPTY_LIST ? { value: false } : 'unknown';
    }
    case 'choice': {
      const holds = truth(known(asked.test, kind, variables));
      return holds === undefined ? 'unknown' : known(holds ? asked.yes : asked.no, kind, variables);
    }
    case 'unknown':
      return 'unknown';
  }
}

function truth(value: Known): boolean | undefined {
  return value === 'unknown' ? undefined : Boolean(value.value);
}

function isSame(left: Known | undefined, right: Known): boolean {
  return typeof left === 'object' && typeof right === 'object' && left.value === right.value;
}

function isEqual(left: Known, right: Known): boolean | undefined {
  if (typeof left === 'object' && typeof right === 'object') return left.value === right.value;
  return undefined;
}
