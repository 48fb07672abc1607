// Executors that bring services of their own.
import { defineTask, flowproof, linear, memory, processes, serial, type TaskContext, taskSet, threads } from './support.js';

interface Fonts {
  get(name: string): Uint8Array;
}
const render = defineTask({
  name: 'render',
  requires: ['text'],
  provides: ['page'],
  execute: (inputs: { text: string }, ctx: TaskContext<{ fonts: Fonts }>) => ({
    page: `${ctx.services.fonts.get('x').length}${inputs.text}`,
  }),
});
const mail = defineTask({
  name: 'mail',
  requires: ['page'],
  execute: (_: { page: string }, ctx: TaskContext<{ post: { send(): void } }>) => ctx.services.post.send(),
});
const plain = defineTask({ name: 'plain', execute: () => ({}) });
const flow = linear('report').input<{ text: string }>().add(render).add(mail).build();
const persistence = memory();
const url = new URL('file:///tasks.js');
const post = { send() {} };

const set = taskSet({ tasks: [render, plain], services: async () => ({ fonts: { get: () => new Uint8Array() }, more: 1 }) });
export const sets = [
  set,
  taskSet({ tasks: [plain] }),
  taskSet({
    tasks: [render],
    services: () => ({ fonts: { get: (name: string) => new Uint8Array(name.length) } }),
    close: ({ fonts }) => fonts.get('x'),
  }),
  taskSet({ flows: [flow], services: () => ({ fonts: { get: (name: string) => new Uint8Array(name.length) }, post }) }),
];
/** Lists that are put together: nothing that they need is lost. */
const drawing = [render, plain];
const everything = { fonts: { get: () => new Uint8Array() }, post };
export const spread = [
  taskSet({ tasks: [...[render, plain], ...[mail]], services: () => everything }),
  taskSet({ tasks: [...drawing, mail], services: () => everything }),
  taskSet({ tasks: drawing, services: () => everything }),
  taskSet({ tasks: [render, mail] as const, services: () => everything }),
  taskSet({ flows: [...[flow], ...[linear('plain').add(plain).build()]], services: () => everything }),
];
/** As `typeof import('./tasks.js')` is, and as it is where that is CommonJS. */
interface Tasks {
  readonly default: typeof set;
}
interface CommonTasks {
  readonly default: { readonly default: typeof set };
}

/** The services that a task set brings are not demanded; all others are. */
export const apps = [
  flowproof({ persistence, flows: [flow], services: { post }, executors: { cpu: threads<Tasks>(url), other: serial() } }),
  flowproof({ persistence, flows: [flow], services: { post }, executor: processes<CommonTasks>(url) }),
  flowproof({
    persistence,
    flows: [linear('pages').input<{ text: string }>().add(render).build()],
    executors: { cpu: threads<Tasks>(url) },
  }),
  flowproof({ persistence, flows: [flow], services: { post, fonts: { get: () => new Uint8Array() } }, executors: { cpu: threads(url) } }),
  flowproof({
    persistence,
    flows: [flow],
    services: { post, fonts: { get: () => new Uint8Array() } },
    executors: { cpu: threads<Tasks>(url) },
  }),
];
const chosen = { cpu: threads<Tasks>(url) };
export const later = (size: number) =>
  flowproof({
    persistence,
    flows: [flow],
    services: { post },
    executor: size > 1 ? threads<Tasks>(url, { size }) : serial(),
    executors: chosen,
  });
