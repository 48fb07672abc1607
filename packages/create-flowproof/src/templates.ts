/** What a template has beside what all have. */
interface TemplateOptions {
  readonly title: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** By name; their files are in `templates/NAME`, beside those of `templates/base`. */
export const TEMPLATES = {
  express: { title: 'Express', dependencies: { express: '^5.3.0' }, devDependencies: { '@types/express': '^5.0.6' } },
  fastify: { title: 'Fastify', dependencies: { fastify: '^5.12.8' }, devDependencies: {} },
  hono: { title: 'Hono', dependencies: { '@hono/node-server': '^2.1.9', hono: '^4.13.19' }, devDependencies: {} },
} as const satisfies Readonly<Record<string, TemplateOptions>>;

export type Template = keyof typeof TEMPLATES;

export function isTemplate(name: string): name is Template {
  return Object.hasOwn(TEMPLATES, name);
}

/** What every project needs, in the versions that it was tried with. */
export const DEPENDENCIES = { pg: '^8.23.1', zod: '^4.6.7' };
export const DEV_DEPENDENCIES = { '@types/node': '^20.19.25', tsx: '^4.23.15', typescript: '^6.0.3', vitest: '^4.1.12' };
