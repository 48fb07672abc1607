import type { CompiledTask } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Json } from '../../model/json.js';
import { MASKED, Scrubber } from '../../model/masking.js';
import type { ActiveRun } from '../decide/run.js';
import { storedValue } from '../state/values.js';

/** What listeners hear of what a call says, with `ctx.emit` and `ctx.progress`. */
export interface ReportMask {
  text(text: string): string;
  data(data: unknown): unknown;
  details(details: Json): Json;
}

/** Of a task that may know a secret; nothing for all others, which say what they like. */
export function reportMaskOf(run: ActiveRun, atom: CompiledTask): ReportMask | undefined {
  const { secrets } = run.flow;
  const taken = secrets?.secretReaders.get(atom.index);
  if (taken === undefined) return undefined;
  let made: Scrubber | undefined;
  const scrubber = (): Scrubber => {
    made ??= new Scrubber([...taken].flatMap((name) => secretOf(run, atom, name)));
    return made;
  };
  const text = (given: string): string => scrubber().text(given);
  // A secret that it is about to give is not known yet, so it can't be looked for in its reports.
  if (secrets?.outputs.has(atom.index) === true) return { text, data: () => MASKED, details: () => ALL_MASKED };
  return {
    text,
    data: (given) => scrubbed(given, scrubber(), run.codec),
    details(given) {
      try {
        return scrubber().json(given);
      } catch {
        return ALL_MASKED;
      }
    },
  };
}

const ALL_MASKED = { [MASKED]: MASKED };

function secretOf(run: ActiveRun, { revertInputs }: CompiledTask, name: string): Json[] {
  const source = revertInputs[name];
  const stored = source === undefined ? undefined : storedValue(run, source, run.codec);
  return stored === undefined ? [] : [stored];
}

/** What can't be looked through is masked as a whole. */
function scrubbed(given: unknown, scrubber: Scrubber, codec: Codec): unknown {
  try {
    return codec.decode(scrubber.json(codec.encode(given)));
  } catch {
    return MASKED;
  }
}
