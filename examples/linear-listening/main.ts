/**
 * Two calls, one after the other, and somebody who listens. An event is told when what it tells of is durable, so a
 * listener never hears of something that a crash could take back.
 */
import { type FlowEvent, linear, run, Task } from 'flowproof';

@Task({ name: 'call-jim', requires: ['jimsNumber'] })
class CallJim {
  async execute({ jimsNumber }: { jimsNumber: string }) {
    console.log(`Calling Jim at ${jimsNumber}.`);
  }
}

@Task({ name: 'call-joe', requires: ['joesNumber'], provides: ['answer'] })
class CallJoe {
  async execute({ joesNumber }: { joesNumber: string }) {
    console.log(`Calling Joe at ${joesNumber}.`);
    return { answer: 'Joe is on his way' };
  }
}

const calls = linear('calls').input<{ jimsNumber: string; joesNumber: string }>().add(CallJim).add(CallJoe).build();

function onEvent(event: FlowEvent): void {
  if (event.type === 'run') console.log(`flow ${event.flow} => ${event.state}`);
  if (event.type === 'task') console.log(`task ${event.path} => ${event.state}`);
}

const result = await run(calls, { inputs: { jimsNumber: '555', joesNumber: '444' }, onEvent });
if (result.state === 'SUCCESS') console.log(`${result.results.answer}.`);
