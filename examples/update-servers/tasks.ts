import { defineTask, taskSet } from 'flowproof';

interface Server {
  readonly server: string;
}

/** Where one of two hundred fails is drawn from its name: the same ones each time. */
function drawn(server: string, of: string): number {
  let sum = 7;
  for (const character of server + of) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0;
  return (Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 32;
}

export const drain = defineTask({
  name: 'drain',
  requires: ['server'],
  execute: async ({ server }: Server, { emit }) => emit('drained', server),
  revert: async ({ server }: Server, _outcome, { emit }) => emit('serves again', server),
});

export const install = defineTask({
  name: 'install',
  requires: ['server'],
  provides: ['version'],
  async execute({ server }: Server, { emit }) {
    emit('installed', server);
    return { version: '2.0' };
  },
  revert: async ({ server }: Server, _outcome, { emit }) => emit('has its old version again', server),
});

/** Some are not well after it: then all is undone that was done to them. */
export const check = defineTask({
  name: 'check',
  requires: ['server', 'version'],
  async execute({ server }: Server & { version: string }) {
    if (drawn(server, 'check') < 0.04) throw new Error(`${server} does not answer`);
  },
});

export const join = defineTask({
  name: 'join',
  requires: ['server'],
  execute: async ({ server }: Server, { emit }) => emit('serves', server),
});

/** What workers make. */
export default taskSet({ name: 'servers', tasks: [drain, install, check, join] });
