import type { CompiledFlow, Source } from '../../compilation/index.js';
import { type RunStatus, runResult } from '../../engine/index.js';
import type { Codec } from '../../model/codec/codec.js';
import { MASKED } from '../../model/masking.js';
import type { Secrets } from '../../model/secrets.js';

/** What a run gave that ended in SUCCESS, with secrets masked; nothing of another run. */
export function viewedResults(
  flow: CompiledFlow,
  status: RunStatus,
  codec: Codec,
  secrets: Secrets | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (status.state !== 'SUCCESS') return undefined;
  const ended = runResult(flow, status, codec);
  if (ended.state !== 'SUCCESS') return undefined;
  const shown = Object.entries(ended.results).map(([name, value]) => {
    const source = flow.results.get(name);
    return [name, source !== undefined && isSecret(secrets, source) ? MASKED : value] as const;
  });
  return Object.fromEntries(shown);
}

function isSecret(secrets: Secrets | undefined, source: Source): boolean {
  switch (source.from) {
    case 'input':
      return secrets?.inputs.has(source.name) === true;
    case 'constant':
      return false;
    case 'atom':
      return secrets?.outputs.get(source.atom)?.has(source.output) === true;
    case 'branch':
      return source.of.some((branch) => isSecret(secrets, branch));
  }
}
