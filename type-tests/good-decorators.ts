// Decorators that are made of others.
import type { Equal, Expect } from './equal.js';
import { type Decision, type History, linear, type Outcome, type Requires, Retry, Task } from './support.js';

/** As NestJS declares it, which only TypeScript's own decorators fit: called here, as they would. */
function applyDecorators(
  ...decorators: Array<ClassDecorator | MethodDecorator | PropertyDecorator>
): <TFunction extends Function, Y>(
  target: TFunction | object,
  propertyKey?: string | symbol,
  descriptor?: TypedPropertyDescriptor<Y>,
) => void {
  return (target) => {
    for (const decorate of decorators) (decorate as (target: unknown) => void)(target);
  };
}
const injectable = (): ClassDecorator => (target) => target;

class Charge {
  execute({ card }: { card: string }) {
    return { receipt: card };
  }
  revert(_: { card: string }, _outcome: Outcome<Charge>) {}
}
applyDecorators(injectable(), Task({ name: 'charge', requires: ['card'], provides: ['receipt'] }))(Charge);
class Patient {
  onFailure(_history: History): Decision {
    return 'REVERT';
  }
}
applyDecorators(injectable(), Retry({ name: 'patient' }))(Patient);
const step = (name: string) => applyDecorators(injectable(), Task({ name }));
class Log {
  execute() {}
}
step('log')(Log);

/** One that hands a task's decorator on as it is still compares the names with `execute`. */
function injected<Decorator extends (target: never) => void>(decorate: Decorator): Decorator {
  const both = (target: never): void => {
    injectable()(target);
    decorate(target);
  };
  return both as Decorator;
}
@injected(Task({ name: 'ship', requires: ['receipt'], provides: ['parcel'] }))
class Ship {
  execute({ receipt }: { receipt: string }) {
    return { parcel: receipt };
  }
}

export const order = linear('order').input<{ card: string }>().retry(Patient).add(Charge).add(Log).add(Ship).build();

export type D = [Expect<Equal<Requires<typeof order>, { card: string }>>];
