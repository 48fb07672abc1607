/**
 * Runs in the hands of the caller: `engine.steps()` stops at every step, when it is durable and before what it starts is
 * called. So one loop can drive several runs in turn, and show what each of them does next; TaskFlow's `run_iter`.
 */
import { flowproof, linear, memory, type RunStep, Task, times } from 'flowproof';

@Task({ name: 'count', requires: ['word'], provides: ['letters'] })
class Count {
  async execute({ word }: { word: string }) {
    return { letters: word.length };
  }
}

let refusals = 1;
@Task({ name: 'print', requires: ['word', 'letters'] })
class Print {
  async execute({ word, letters }: { word: string; letters: number }) {
    if (word === 'typo' && refusals-- > 0) throw new Error('the printer is out of paper');
    console.log(`    ${word} has ${letters} letters`);
  }
}

const report = linear('report').input<{ word: string }>().retry(times(2)).add(Count).add(Print).build();

/** How tasks ended in a step, and which ones are called next. */
function told({ events, starting }: RunStep): string {
  const ended = events.flatMap((event) => (event.type === 'task' && ENDS.has(event.state) ? `${event.path} ${event.state}` : []));
  return [...ended, ...starting.map((path) => `next ${path}`)].join(', ');
}
const ENDS: ReadonlySet<string> = new Set(['SUCCESS', 'FAILURE', 'REVERTED']);

await using app = flowproof({ persistence: memory(), flows: [report] });
let turns = ['flow', 'typo'].map((word) => ({ word, steps: app.engine(report, { inputs: { word } }).steps() }));
while (turns.length > 0) {
  const going: typeof turns = [];
  for (const turn of turns) {
    const next = await turn.steps.next();
    console.log(next.done ? `${turn.word} => ${next.value.state}` : `${turn.word} ${next.value.seq}: ${told(next.value)}`);
    if (!next.done) going.push(turn);
  }
  turns = going;
}
