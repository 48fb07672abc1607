import { defineTask, PermanentError, taskSet, times } from 'flowproof';

interface Vm {
  readonly vm: string;
}

/** What goes wrong is drawn from the name of the machine: the same each time. */
function drawn(vm: string, of: string): number {
  let sum = 11;
  for (const character of vm + of) sum = (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0;
  return (Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d) >>> 0) / 2 ** 32;
}

/** The hypervisor is busy now and then, and takes it the next time. */
export const create = defineTask({
  name: 'create',
  requires: ['vm'],
  provides: ['host'],
  retry: times(3),
  async execute({ vm }: Vm, { emit, turn }) {
    if (turn === 1 && drawn(vm, 'busy') < 0.1) throw new Error('the hypervisor is busy');
    emit('created', vm);
    return { host: `rack-${1 + Math.floor(drawn(vm, 'rack') * 4)}` };
  },
  async revert({ vm }: Vm, outcome, { emit }) {
    if (outcome.kind !== 'failure') emit('destroyed', vm);
  },
});

export const configure = defineTask({
  name: 'configure',
  requires: ['vm', 'host'],
  provides: ['address'],
  async execute({ vm }: Vm & { host: string }, { emit }) {
    if (drawn(vm, 'image') < 0.06) throw new PermanentError('its image has no network');
    emit('configured', vm);
    return { address: `10.0.0.${Number(vm.slice(3))}` };
  },
  async revert({ vm }: Vm, outcome, { emit }) {
    if (outcome.kind !== 'failure') emit('address given back', vm);
  },
});

export const monitor = defineTask({
  name: 'monitor',
  requires: ['vm', 'address'],
  async execute({ vm, address }: Vm & { address: string }, { emit }) {
    if (drawn(vm, 'silent') < 0.08) throw new Error(`${address} does not answer`);
    emit('monitored', vm);
  },
});

/** What workers make. */
export default taskSet({ name: 'vms', tasks: [create, configure, monitor] });
