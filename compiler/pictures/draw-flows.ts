import { toDot, toMermaid } from '#compilation';
import { said } from '../output/index.js';
import type { FlowReading } from '../reading/index.js';
import { placeOf } from '../source/index.js';

/** One picture after the other, each under a comment that says where its flow is. */
export function drawFlows(flows: readonly FlowReading[], language: 'mermaid' | 'dot', folder: string): string {
  return flows
    .map((flow) => {
      const { file, line } = placeOf(flow.placeOf(0));
      const where = `${flow.name} (${said(file, folder)}:${line})`;
      return language === 'dot' ? `// ${where}\n${toDot(flow.definition)}` : `%% ${where}\n${toMermaid(flow.definition)}`;
    })
    .join('\n');
}
