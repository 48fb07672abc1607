import { expect, test } from 'vitest';
import { forEach, times } from '../../src/authoring/index.js';
import { graph, linear, unordered } from './graph-tasks.js';
import { task } from './tasks.js';

const flow = linear('ship')
  .input(['order'])
  .retry(forEach('region', ['eu', 'us']))
  .add(
    graph
      .open('pack')
      .add({ box: task('box', ['order'], ['box', 'weight']), label: task('label', ['box', 'weight']), 'say "hi" <b>': task('x') })
      .link('label', 'say "hi" <b>', { decider: () => true, depth: 'flow' })
      .build(),
  )
  .switch('carrier', ['weight'], () => 'post', { post: task('p', ['box']), truck: unordered('t').build() })
  .build();

test('Mermaid', () => {
  expect(flow.toMermaid()).toMatchInlineSnapshot(`
    "flowchart TD
      subgraph n0["ship"]
        n1{{"forEach region"}}
        subgraph n2["pack (graph)"]
          n3["box"]
          n4["label"]
          n5["say #34;hi#34; #60;b#62;"]
        end
        subgraph n6["carrier (switch by weight)"]
          n7["post"]
          subgraph n8["truck (unordered)"]
          end
        end
      end
      n3 -->|"box, weight"| n4
      n3 -->|"box"| n7
      n3 -->|"weight"| n6
      n2 -.-> n6
      n4 -.->|"if decided (flow)"| n5
    "
  `);
});

test('DOT', () => {
  expect(flow.toDot()).toMatchInlineSnapshot(`
    "digraph {
      compound=true;
      node [shape=box];
      subgraph cluster_n0 {
        label="ship";
        n1 [label="forEach region", shape=hexagon];
        subgraph cluster_n2 {
          label="pack (graph)";
          n3 [label="box"];
          n4 [label="label"];
          n5 [label="say \\"hi\\" <b>"];
        }
        subgraph cluster_n6 {
          label="carrier (switch by weight)";
          n7 [label="post"];
          subgraph cluster_n8 {
            label="truck (unordered)";
            n8 [shape=point];
          }
        }
      }
      n1 -> n3 [style=invis];
      n3 -> n4 [id=a0, label="box, weight"];
      n3 -> n7 [id=a1, label="box"];
      n3 -> n7 [id=a2, label="weight", lhead=cluster_n6];
      n5 -> n7 [id=a3, style=dashed, ltail=cluster_n2, lhead=cluster_n6];
      n4 -> n5 [id=a4, label="if decided (flow)", style=dashed];
    }
    "
  `);
});

test('wrong flows have a picture of what is there', () => {
  const wrong = graph('wrong')
    .add({ a: task('a', ['b'], ['a']), b: task('b', ['a'], ['b']), none: undefined })
    .link('a', 'nowhere')
    .build();
  expect(wrong.toMermaid()).toContain('  n2 -->|"b"| n1\n  n1 -->|"a"| n2\n');
  expect(wrong.toDot()).toContain('n3 [label="none", style=dashed]');
});

test('a task that names an executor says so, beside how often it is called', () => {
  const placed = linear('placed')
    .add(task('drawn'), { runsOn: 'cpu', retry: times(3) })
    .add(task('sent'), { runsOn: 'wide "net"' })
    .add(task('kept'))
    .build();
  expect(
    placed
      .toMermaid()
      .match(/\["[^\]]*"\]/g)
      ?.slice(1),
  ).toEqual(['["drawn<br/>times(3)<br/>on cpu"]', '["sent<br/>on wide #34;net#34;"]', '["kept"]']);
  expect(placed.toDot()).toContain(String.raw`drawn\ntimes(3)\non cpu`);
});
