import { defineTask, graph, linear, type TaskContext, unordered } from 'flowproof';

/** What the tasks are given by whoever runs them. */
export type Services = { say(what: string): void };
type Context = TaskContext<Services>;

const chooseHost = defineTask({
  name: 'choose-host',
  requires: ['gigabytes'],
  provides: ['host'],
  execute: async ({ gigabytes }: { gigabytes: number }, { services }: Context) => {
    services.say(`choosing a host with ${gigabytes} GB to spare`);
    return { host: 'rack-7' };
  },
});

const allocateDisk = defineTask({
  name: 'allocate',
  requires: ['host', 'gigabytes'],
  provides: ['disk'],
  execute: async ({ host, gigabytes }: { host: string; gigabytes: number }, { services }: Context) => {
    services.say(`allocating ${gigabytes} GB on ${host}`);
    return { disk: `${host}/disk-1` };
  },
  revert: async ({ host }: { host: string }, outcome, { services }: Context) => {
    if (outcome.kind !== 'failure') services.say(`freeing ${host}/disk-1`);
  },
});

const copyImage = defineTask({
  name: 'copy-image',
  requires: ['disk', 'image'],
  execute: async ({ disk, image }: { disk: string; image: string }, { services, signal, progress }: Context) => {
    services.say(`copying ${image} to ${disk}`);
    for (const fraction of [0.5, 1]) if (!signal.aborted) progress(fraction);
  },
});

const lease = (kind: string) =>
  defineTask({
    name: kind,
    provides: ['lease'],
    execute: async (_: {}, { services }: Context) => {
      services.say(`leasing an ${kind} address`);
      return { lease: kind === 'ipv4' ? '10.0.0.7' : 'fd00::7' };
    },
    revert: async (_inputs, outcome, { services }: Context) => {
      if (outcome.kind !== 'failure') services.say(`giving the ${kind} address back`);
    },
  });

const definition = defineTask({
  name: 'define',
  requires: ['name', 'host', 'disk', 'ipv4', 'ipv6'],
  provides: ['machine'],
  execute: async (parts: { name: string; host: string; disk: string; ipv4: string; ipv6: string }, { services }: Context) => {
    services.say(`defining ${parts.name} with ${parts.disk}, ${parts.ipv4} and ${parts.ipv6}`);
    return { machine: `${parts.name}@${parts.host}` };
  },
});

const powerOn = defineTask({
  name: 'power-on',
  requires: ['machine'],
  execute: async ({ machine }: { machine: string }, { services, attempt }: Context) => {
    services.say(`powering ${machine} on${attempt > 1 ? `, attempt ${attempt}` : ''}`);
  },
  revert: async ({ machine }: { machine: string }, _outcome, { services }: Context) => services.say(`powering ${machine} off`),
});

const ping = defineTask({
  name: 'ping',
  requires: ['ipv4'],
  provides: ['alive'],
  execute: async ({ ipv4 }: { ipv4: string }, { services }: Context) => {
    services.say(`${ipv4} answers`);
    return { alive: true };
  },
});

/** One after another: an image needs its disk. */
const storage = linear.open('storage').add(allocateDisk).add(copyImage).build();

/** In any order: the addresses don't know of each other. */
const network = unordered
  .open('network')
  .add(lease('ipv4'), { provides: { lease: 'ipv4' } })
  .add(lease('ipv6'), { provides: { lease: 'ipv6' } })
  .build();

/** As soon as what each one reads is there: `define` waits for both flows, whose order is open. */
const hardware = graph.open('hardware').add({ definition, network, storage }).build();

export const boot = linear('boot', { version: 1 })
  .input<{ name: string; gigabytes: number; image: string }>()
  .add(chooseHost)
  .add(hardware)
  .add(powerOn)
  .add(ping)
  .returns('machine', 'alive')
  .build();
