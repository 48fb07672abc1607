import type { CompiledTask } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import { MASKED, Scrubber } from '../../model/masking.js';
import type { Run } from '../decide/step.js';
import { storedValue } from '../state/values.js';

type Details = Readonly<Record<string, unknown>>;

/** What listeners hear of what a call tells, with `ctx.emit` and `ctx.progress`. */
export interface Discretion {
  text(text: string): string;
  data(data: unknown): unknown;
  details(details: Details): Details;
}

/** Of a task that may know a secret; nothing for all others, which tell what they like. */
export function discretionOf(run: Run, atom: CompiledTask): Discretion | undefined {
  const { secrets } = run.flow;
  const taken = secrets?.secretReaders.get(atom.index);
  if (taken === undefined) return undefined;
  let made: Scrubber | undefined;
  const scrubber = (): Scrubber => {
    made ??= new Scrubber([...taken].flatMap((name) => secretOf(run, atom, name)));
    return made;
  };
  const text = (told: string): string => scrubber().text(told);
  // What it is about to give is not known yet, so nobody could find it in what it tells.
  if (secrets?.outputs.has(atom.index) === true) return { text, data: () => MASKED, details: () => ({ [MASKED]: MASKED }) };
  const data = (told: unknown): unknown => scrubbed(told, scrubber(), run.codec);
  return {
    text,
    data,
    details(told) {
      const masked = data(told);
      return masked === MASKED ? { [MASKED]: MASKED } : (masked as Details);
    },
  };
}

function secretOf(run: Run, { revertInputs }: CompiledTask, name: string): ReturnType<Codec['encode']>[] {
  const source = revertInputs[name];
  const stored = source === undefined ? undefined : storedValue(run, source, run.codec);
  return stored === undefined ? [] : [stored];
}

/** What can't be looked through is masked as a whole. */
function scrubbed(told: unknown, scrubber: Scrubber, codec: Codec): unknown {
  try {
    return codec.decode(scrubber.json(codec.encode(told)));
  } catch {
    return MASKED;
  }
}
