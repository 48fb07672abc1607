import {
  defineTask,
  flowproof,
  linear,
  memory,
  PermanentError,
  type Persistence,
  Task,
  times,
  unordered,
  waitFor,
} from '../../src/index.js';

/** Calls that a test ends when it likes. */
export class Gate {
  #open!: () => void;
  readonly opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });
  open(): void {
    this.#open();
  }
}

interface Cloud {
  readonly gate: Gate;
  mayRevert: boolean;
}

@Task({ name: 'reserve', requires: ['order'], provides: ['reservation'] })
class Reserve {
  async execute({ order }: { order: string }) {
    return { reservation: `r-${order}` };
  }
  async revert() {}
}

@Task({ name: 'charge', requires: ['order', 'card'], provides: ['receipt'] })
class Charge {
  async execute({ order, card }: { order: string; card: string }) {
    if (order.startsWith('bad')) throw new PermanentError(`the card ${card} was declined for ${order}`);
    return { receipt: { order, cents: 4_200, at: new Date(0) } };
  }
  async revert() {}
}

const pack = defineTask({
  name: 'pack',
  requires: ['reservation'],
  provides: ['parcel'],
  execute: ({ reservation }: { reservation: string }) => ({ parcel: reservation }),
});

const label = defineTask({
  name: 'label',
  requires: ['reservation'],
  provides: ['sticker'],
  execute: ({ reservation }: { reservation: string }) => ({ sticker: reservation }),
});

let flaky = 0;
const courier = defineTask({
  name: 'courier',
  requires: ['parcel', 'sticker'],
  provides: ['tracking'],
  execute: ({ parcel }: { parcel: string; sticker: string }) => {
    if (flaky++ % 2 === 0) throw new Error('the courier is busy');
    return { tracking: `t-${parcel}` };
  },
});

export const order = linear('order')
  .input<{ order: string; card: string }>()
  .add(Reserve)
  .add(Charge)
  .add(unordered.open('prepare').add(pack).add(label).build())
  .add(linear.open('ship').retry(times(3)).add(courier).build())
  .build();

@Task({ name: 'make-volume', provides: ['volume'] })
class MakeVolume {
  async execute() {
    return { volume: 'v-1' };
  }
  async revert(_: object, __: unknown, { services }: { readonly services: Cloud }) {
    if (!services.mayRevert) throw new Error('the volume is attached to another server');
  }
}

@Task({ name: 'boot', requires: ['volume'], provides: ['server'] })
class Boot {
  async execute({ volume }: { volume: string }, { services, signal }: { readonly services: Cloud; readonly signal: AbortSignal }) {
    await Promise.race([services.gate.opened, new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))]);
    return { server: `s-${volume}` };
  }
  async revert() {}
}

export const provision = linear('provision').add(MakeVolume).add(Boot).build();

const fails = defineTask({
  name: 'attach',
  requires: ['volume'],
  execute: () => {
    throw new Error('no such host');
  },
});
export const stuck = linear('stuck').add(MakeVolume).add(fails).build();

export const refund = linear('refund').input<{ order: string }>().add(waitFor('approval')).build();

/** What somebody hostile would call things. */
export const EVIL = `<img src=x onerror="window.stolen=1">`;
const evil = defineTask({
  name: EVIL,
  requires: ['text'],
  provides: ['echo'],
  execute: ({ text }: { text: string }) => {
    if (text === 'fail') throw new Error(`${EVIL}</script><script>window.stolen=1</script>`);
    return { echo: text };
  },
});
export const hostile = linear(`hostile ${EVIL}`).input<{ text: string }>().add(evil).build();

export function shop(persistence: Persistence = memory()) {
  const services: Cloud = { gate: new Gate(), mayRevert: false };
  const app = flowproof({ persistence, flows: [order, provision, stuck, refund, hostile], services });
  return { app, services };
}
