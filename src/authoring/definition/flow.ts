import type { FlowDefinition } from './definition.js';

/** What `flow.compile()` shows of a compiled flow. */
export interface CompiledView {
  readonly name: string;
  readonly version: number;
  /** Equal for flows of equal structure; stored with each run. */
  readonly fingerprint: string;
}

/**
 * A built flow: immutable, and the only thing about flows that crosses files.
 *
 * @typeParam Name its name, a literal
 * @typeParam Req the values that it must be given
 * @typeParam Prov the values that it leaves behind
 * @typeParam Services what its tasks read from `ctx.services`
 */
export interface Flow<out Name extends string, in Req, out Prov, in Services> {
  readonly name: Name;
  readonly version: number;
  readonly '~flowproof': {
    readonly kind: 'flow';
    readonly definition: FlowDefinition;
    /** Never there: carries the types. */
    readonly types?: {
      readonly requires: (values: Req) => void;
      readonly provides: Prov;
      readonly services: (services: Services) => void;
    };
  };
  /**
   * Checks the flow and freezes its graph. The first call does the work, later ones give the same result.
   *
   * @throws FlowDefinitionError `FLOW_DEFINITION` with everything that is wrong.
   */
  compile(): CompiledView;
  /** Draws the flow for Mermaid: nodes, the values that go between them, links, deciders, retries. Wrong flows too. */
  toMermaid(): string;
  /** Draws the same for Graphviz, in DOT. */
  toDot(): string;
}

// biome-ignore lint/suspicious/noExplicitAny: of a type parameter, TypeScript does not use that it is a text
type AnyName = any;

/** Any flow, whatever its types. */
export type AnyFlow = Flow<string, never, unknown, never>;

/** Part of a flow's services when a task of it has a constructor with parameters: the app must be given `resolve`. */
export interface NeedsResolve {
  readonly '~flowproof: resolve': true;
}

/**
 * Part of a flow's services when it parses its input with a schema: as a node of another flow it would not be parsed.
 * May be left out, so that the types of flows can be written down without it.
 */
export interface ParsesInput {
  readonly '~flowproof: parses its input'?: true;
}

/**
 * Part of a flow's services when it waits for signals: which, and what is sent with each. May be left out, like
 * {@link ParsesInput}; `valueOf`, which everything has, lets TypeScript compare it with services that have nothing in common with it.
 */
export interface HearsSignals<out Signals> {
  valueOf(): unknown;
  readonly '~flowproof: signals'?: Signals;
}

/** What is no service among the demands. */
export type NoService = keyof NeedsResolve | keyof ParsesInput | keyof HearsSignals<unknown>;

/**
 * The signals that runs of a flow wait for, with what is sent with each: `{ approval: { by: string } }`, before the schema parses
 * it; `undefined` where nothing is sent. Signals of flows inside are among them. Of a flow made from data any may be: that is checked
 * when one is sent.
 */
export type SignalsOf<F> = string extends keyof Provides<F>
  ? AnySignals
  : [DemandsOf<F>] extends [never]
    ? AnySignals
    : DemandsOf<F> extends { readonly '~flowproof: signals'?: infer Signals }
      ? unknown extends Signals
        ? {}
        : Exclude<Signals, undefined>
      : {};

/** Of a flow whose nodes only the program knows. */
interface AnySignals {
  readonly [name: string]: unknown;
}

/** The values that a run of the flow must be given; optional ones optional. */
export type Requires<F> = F extends Flow<AnyName, infer Req, unknown, never> ? Req : never;

/** The values that the flow leaves behind. */
export type Provides<F> = F extends Flow<AnyName, never, infer Prov, never> ? Prov : never;

/** What the tasks of the flow read from `ctx.services`. */
export type ServicesOf<F> = ServicesIn<DemandsOf<F>>;

/** Demands without {@link NeedsResolve}, {@link ParsesInput} and {@link HearsSignals}. */
export type ServicesIn<Demands> = [Demands] extends [never]
  ? {}
  : Demands extends infer D
    ? { [Name in keyof D as Exclude<Name, NoService>]: D[Name] }
    : never;

/** Services, and {@link NeedsResolve} where a class has to be made by a container. */
export type DemandsOf<F> = F extends Flow<AnyName, never, unknown, infer Services> ? Services : never;
