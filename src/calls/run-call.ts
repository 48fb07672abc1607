import { toFailure } from '../model/failure.js';
import { unusableAnswer } from './answers.js';
import { callRetry } from './call-retry.js';
import { callSchema } from './call-schema.js';
import { callTask } from './call-task.js';
import type { CallEnd } from './end.js';
import type { CallPort } from './port.js';
import type { CallRegistry } from './registry.js';
import type { CallRequest, DeciderRequest } from './request.js';
import { Interruption } from './task-methods.js';
import { decodedValues } from './values.js';

/**
 * Makes one call of the user's code, in this place: decodes what it is given, builds its context, calls it, checks what it
 * returns and encodes that. Never rejects: whatever goes wrong is how the call ended.
 */
export async function runCall(request: CallRequest, registry: CallRegistry, port: CallPort): Promise<CallEnd> {
  try {
    switch (request.of) {
      case 'task':
        return await callTask(request, registry, port);
      case 'retry':
        return await callRetry(request, registry, port);
      case 'decider':
        return await askDecider(request, registry);
      case 'signal':
        return await callSchema(request, registry);
    }
  } catch (thrown) {
    const interruption = Interruption.of(thrown);
    if (interruption !== undefined) return { kind: 'interrupted', failure: toFailure(interruption.failure) };
    // Code that was aborted and throws does not say that it did nothing.
    return { kind: port.signal.aborted ? 'interrupted' : 'failure', failure: toFailure(thrown) };
  }
}

async function askDecider({ decider: index, inputs, given }: DeciderRequest, registry: CallRegistry): Promise<CallEnd> {
  const { codec } = registry;
  const decider = registry.decider(index);
  const values = decodedValues(inputs ?? {}, codec);
  for (const [source, outputs] of Object.entries(given ?? {})) values[source] = decodedValues(outputs, codec);
  const answer: unknown = await decider.decide(values);
  const failure = unusableAnswer(decider, answer);
  return failure === undefined ? { kind: 'result', result: answer as string | boolean } : { kind: 'failure', failure };
}
