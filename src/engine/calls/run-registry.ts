import type { CustomRetryDefinition, Resolve } from '../../authoring/index.js';
import type { CallRegistry } from '../../calls/index.js';
import type { CompiledDecider, CompiledFlow, CompiledRetry, CompiledTask, CompiledWait } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';

/** What the code of a process needs. */
export interface RegistryParts {
  readonly codec: Codec;
  readonly services: object;
  readonly resolve?: Resolve;
}

/** The code of this process, for the flow of one run. */
export function registryOf(flow: CompiledFlow, { codec, services, resolve }: RegistryParts): CallRegistry {
  return {
    codec,
    services,
    resolve,
    task: ({ atom }) => flow.atoms[atom] as CompiledTask,
    retry: (atom) => flow.atoms[atom] as CompiledRetry & { readonly retry: CustomRetryDefinition },
    decider: (index) => deciderOf(flow, index),
    wait: (atom) => flow.atoms[atom] as CompiledWait,
  };
}

export function deciderOf(flow: CompiledFlow, index: number): CompiledDecider {
  const decider = flow.deciders?.[index];
  if (decider === undefined) throw new Error(`there is no decider ${index}`);
  return decider;
}
