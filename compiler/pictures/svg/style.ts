/** Colours by what they are for: on light ground, and on dark. Forms differ too, so that no colour is needed. */
const LIGHT = {
  paper: '#ffffff',
  ...{ text: '#1f2328', dim: '#59636e', line: '#818b98', frame: '#d1d9e0' },
  ...{ flow: '#f6f8fa', inner: '#ffffff', task: '#ffffff', value: '#0550ae' },
  ...{ retry: '#fff8c5', retryLine: '#bf8700', choice: '#fbefff', choiceLine: '#8250df' },
  ...{ fresh: '#1a7f37', gone: '#cf222e', changed: '#9a6700' },
};
const DARK: typeof LIGHT = {
  paper: '#0d1117',
  ...{ text: '#f0f6fc', dim: '#9198a1', line: '#7d8590', frame: '#3d444d' },
  ...{ flow: '#151b23', inner: '#0d1117', task: '#212830', value: '#79c0ff' },
  ...{ retry: '#2e2a1f', retryLine: '#d29922', choice: '#2a2038', choiceLine: '#ab7df8' },
  ...{ fresh: '#3fb950', gone: '#f85149', changed: '#d29922' },
};

const FONT = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "DejaVu Sans Condensed", sans-serif';

/** What all pictures look like: plain classes, which every reader of SVG knows. */
export function style(): string {
  return [
    `text { font: 13px ${FONT}; }`,
    '.title { font-size: 17px; font-weight: 600; }',
    '.name { font-weight: 500; }',
    '.flow-name { font-weight: 600; }',
    '.note, .key { font-size: 11.5px; }',
    '.on-arrow { font-size: 12px; }',
    '.on-arrow, .on { stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; stroke-dasharray: none; }',
    '.arrow, .icon { fill: none; stroke-width: 1.4px; stroke-linecap: round; stroke-linejoin: round; }',
    '.arrow.order { stroke-dasharray: 0.1 4.5; stroke-width: 1.8px; }',
    '.arrow.link { stroke-dasharray: 6 4; }',
    '.task, .retry, .unknown { stroke-width: 1.2px; }',
    '.unknown { stroke-dasharray: 2 3; }',
    'rect.choice { stroke-dasharray: 8 3; }',
    '.box-new { stroke-width: 3px; }',
    '.box-removed { stroke-width: 1.6px; stroke-dasharray: 5 4; }',
    '.box-changed, .outline { stroke-width: 1.4px; }',
    '.outline { fill: none; }',
    '.text-removed { text-decoration: line-through; }',
    '.arrow-new { stroke-width: 2.6px; }',
    colours(LIGHT),
    `@media (prefers-color-scheme: dark) {\n${colours(DARK)}\n}`,
  ].join('\n');
}

function colours(of: typeof LIGHT): string {
  return [
    `.paper { fill: ${of.paper}; }`,
    `text { fill: ${of.text}; }`,
    `.note, .key { fill: ${of.dim}; }`,
    `rect.frame { fill: ${of.flow}; stroke: ${of.frame}; }`,
    `rect.frame.inner { fill: ${of.inner}; }`,
    `rect.frame.choice { fill: ${of.choice}; stroke: ${of.choiceLine}; }`,
    `.on.frame { stroke: ${of.flow}; }`,
    `.on.frame.inner { stroke: ${of.inner}; }`,
    `.on.frame.choice { stroke: ${of.choice}; }`,
    `.task, .unknown { fill: ${of.task}; stroke: ${of.line}; }`,
    `.retry { fill: ${of.retry}; stroke: ${of.retryLine}; }`,
    `.arrow, .icon { stroke: ${of.line}; }`,
    `.head { fill: ${of.line}; }`,
    `.arrow.values { stroke: ${of.value}; }`,
    `.head.values { fill: ${of.value}; }`,
    `.icon.retry-icon { stroke: ${of.retryLine}; }`,
    `.diamond { fill: ${of.paper}; stroke: ${of.choiceLine}; }`,
    `.on-arrow { fill: ${of.value}; stroke: ${of.paper}; }`,
    `.on-arrow.link { fill: ${of.choiceLine}; }`,
    ...[
      ['new', of.fresh],
      ['removed', of.gone],
      ['changed', of.changed],
    ].flatMap(([mark, colour]) => [
      `.box-${mark}, rect.frame.box-${mark}, rect.frame.choice.box-${mark} { stroke: ${colour}; }`,
      `.text-${mark} { fill: ${colour}; }`,
      `.arrow.arrow-${mark} { stroke: ${colour}; }`,
      `.head.arrow-${mark}, .on-arrow.arrow-${mark} { fill: ${colour}; }`,
    ]),
    `.outline { stroke: ${of.changed}; }`,
  ].join('\n');
}
