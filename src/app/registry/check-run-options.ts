import type { CompiledFlow } from '../../compilation/index.js';
import type { NewRun } from '../../engine/index.js';
import { InvalidInputError } from '../../model/errors.js';
import { inWords } from '../../model/in-words.js';
import { canonicalText } from '../../model/json.js';
import { Scrubber } from '../../model/masking.js';
import { checkRunNames } from '../../persistence/index.js';
import type { PreparedInputs } from './inputs.js';

/** How a new run is named and found. */
export type RunNames = Pick<NewRun, 'key' | 'logbook' | 'metadata' | 'deadlineMs' | 'trace'>;

/**
 * Whether every store can keep and find a run by these, and everybody may read them.
 *
 * @throws InvalidInputError `INVALID_INPUT`
 */
export function checkRunOptions(flow: CompiledFlow, inputs: PreparedInputs, names: RunNames): void {
  const { key = 'its own' } = names;
  checkRunNames({ ...names, flow: flow.name, key });
  refuseShownSecrets(flow, inputs, names);
  const { deadlineMs } = names;
  if (deadlineMs !== undefined && !(typeof deadlineMs === 'number' && deadlineMs > 0)) {
    const message = `is ${inWords(deadlineMs)}, which is no time: give milliseconds of more than 0`;
    throw new InvalidInputError(flow.name, [{ path: 'deadlineMs', message }]);
  }
}

/** A secret that is also in a run's id, logbook or metadata would be none. */
function refuseShownSecrets({ name: flow, secrets }: CompiledFlow, inputs: PreparedInputs, names: RunNames): void {
  if (secrets === undefined) return;
  const { key = '', logbook = '', metadata = {} } = names;
  const about = Object.entries(metadata).flat();
  const readable: readonly (readonly [where: string, text: string])[] = [
    ['id', key],
    ['logbook', logbook],
    ...about.map((text) => ['metadata', text] as const),
    ...(inputs.args === undefined ? [] : [['args', canonicalText(inputs.args)] as const]),
  ];
  for (const name of secrets.inputs) {
    const value = inputs.values[name];
    if (value === undefined) continue;
    const scrubber = new Scrubber([value]);
    const found = new Set(readable.filter(([, text]) => scrubber.text(text) !== text).map(([where]) => where));
    if (found.size > 0) {
      const message = `the ${[...found].join(' and ')} of the run would show this secret: they are readable for everybody`;
      throw new InvalidInputError(flow, [{ path: name, message }]);
    }
  }
}
