import type { NamedValue, ShownRun } from '../../src/ui/views/run.js';
import { ValueText } from '../parts/shown-value.js';

/** What a run was given, and what it gave. Secrets are masked before they leave the server. */
export function Values({ run: { inputs, args, results, state } }: { readonly run: ShownRun }) {
  return (
    <div class="sheet values">
      <Named heading="Inputs" values={inputs} none="It takes none." />
      {args === undefined ? null : (
        <section>
          <h2>Arguments of the factory of its flow</h2>
          <ValueText value={args} />
        </section>
      )}
      <Named
        heading="Results"
        values={results ?? []}
        none={
          state === 'SUCCESS' && results === undefined
            ? 'They are known where the app has the version of the flow that it ran.'
            : 'It gave none.'
        }
      />
    </div>
  );
}

function Named({ heading, values, none }: { readonly heading: string; readonly values: readonly NamedValue[]; readonly none: string }) {
  return (
    <section class="values">
      <h2>{heading}</h2>
      {values.length === 0 ? <p class="dim">{none}</p> : null}
      {values.map((value) => (
        <div key={value.name}>
          <h3 class="mono">{value.name}</h3>
          <ValueText value={value} />
        </div>
      ))}
    </section>
  );
}
