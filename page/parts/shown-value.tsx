import type { ShownFailure } from '../../src/ui/views/shown-failure.js';
import type { ShownValue } from '../../src/ui/views/shown-value.js';

/** A value of a user's, as text and as nothing else. */
export function ValueText({ value }: { readonly value: ShownValue }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <pre class="value" tabIndex={0}>
        {value.text}
      </pre>
      {value.cutFrom === undefined ? null : <p class="dim small">The first of {value.cutFrom.toLocaleString('en')} characters.</p>}
    </>
  );
}

export function FailureText({ failure }: { readonly failure: ShownFailure }) {
  const { name, message, code, status, stack, data, causes, permanent } = failure;
  return (
    <div>
      <p>
        <strong>{name}:</strong> {message} {code === undefined ? null : <span class="chip">{code}</span>}{' '}
        {status === undefined ? null : <span class="chip">status {status}</span>}{' '}
        {permanent ? <span class="chip">permanent: not tried again</span> : null}
      </p>
      {data === undefined ? null : <ValueText value={data} />}
      {causes.map((cause, index) => (
        <details key={index} open>
          <summary>Caused by</summary>
          <FailureText failure={cause} />
        </details>
      ))}
      {stack === undefined ? null : (
        <details>
          <summary>Stack</summary>
          <ValueText value={{ text: stack }} />
        </details>
      )}
    </div>
  );
}
