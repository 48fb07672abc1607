import { type AnyFlow, type FactoryDefinition, type Making, made } from '../../authoring/index.js';
import type { CompiledFlow } from '../../compilation/index.js';
import { type Codec, isNotStorable } from '../../model/codec/codec.js';
import { type DiagnosticCode, sentence } from '../../model/diagnostics.js';
import { FlowDefinitionError, IncompatibleFlowError, InvalidInputError } from '../../model/errors.js';
import { messageOf } from '../../model/in-words.js';
import type { Json } from '../../model/json.js';
import type { AppFlow, FlowOfRun } from './flow-finder.js';

export interface MadeFlowsParts {
  readonly codec: Codec;
  /** Whether the flow can run in this app. @throws FlowDefinitionError */
  readonly compile: (flow: AnyFlow) => CompiledFlow;
}

const MADE = 'it is made by a factory, and what is made from other arguments could have another limit';

/** The flows that factories make: built again whenever they are needed, and not kept. */
export class MadeFlows {
  readonly #parts: MadeFlowsParts;

  constructor(parts: MadeFlowsParts) {
    this.#parts = parts;
  }

  /**
   * The flow as whoever goes on with its run will build it, so that what does not survive is known before anything is written.
   *
   * @throws InvalidInputError when the args can't be stored
   * @throws FlowDefinitionError when another flow comes of what is stored of them
   */
  fromToday(flow: CompiledFlow, { factory, args: given }: Making): AppFlow {
    const args = this.#encode(factory, given);
    const again = this.#parts.compile(this.#build(factory, args));
    // Whoever claims runs has to know the limits of a flow by its name.
    if (again.limits !== undefined)
      throw factoryError('TUNING_UNFIT', factory.name, { node: factory.name, option: 'concurrency or rate', reason: MADE });
    if (again.fingerprint !== flow.fingerprint) throw factoryError('UNSTEADY_FACTORY', factory.name, { flow: factory.name });
    return { flow: again, args };
  }

  /** The flow of a stored run. @throws IncompatibleFlowError when the factory gives none for what it was called with then */
  fromStored(factory: FactoryDefinition, { key, args }: FlowOfRun): CompiledFlow {
    try {
      return this.#parts.compile(this.#build(factory, args));
    } catch (error) {
      throw new IncompatibleFlowError(key, factory.name, [`its factory gives no flow for the args of the run: ${messageOf(error)}`]);
    }
  }

  #build(factory: FactoryDefinition, args: Json | undefined): AnyFlow {
    return made({ factory, args: args === undefined ? undefined : this.#parts.codec.decode(args) });
  }

  #encode({ name }: FactoryDefinition, args: unknown): Json {
    try {
      return this.#parts.codec.encode(args);
    } catch (error) {
      if (!isNotStorable(error)) throw error;
      const path = error.path === '' ? 'args' : `args.${error.path}`;
      throw new InvalidInputError(name, [{ path, message: sentence('NOT_STORABLE', { path, reason: error.reason }) }]);
    }
  }
}

/** @throws FlowDefinitionError when nothing that it could give would be a flow */
export function checkFactory(factory: FactoryDefinition): void {
  if (typeof factory.build === 'function' && typeof factory.name === 'string') return;
  const flow = String(factory.name);
  throw factoryError('BAD_FACTORY', flow, { flow, what: 'nothing, as it is no function with a name' });
}

/** What is wrong with a factory. */
export function factoryError(code: DiagnosticCode, flow: string, facts: Readonly<Record<string, string>>): FlowDefinitionError {
  return new FlowDefinitionError(flow, [{ code, severity: 'error', path: flow, message: sentence(code, facts) }]);
}
