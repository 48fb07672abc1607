import { onTestFinished } from 'vitest';
import { order, shop } from './demo-apps.js';
import { served } from './served.js';

/** A shop with these orders, and what its page says. */
export async function shopOf(ids: readonly string[]) {
  const { app, services } = shop();
  onTestFinished(async () => {
    services.gate.open();
    await app.stop();
  });
  for (const id of ids)
    await app.run(order, { id, inputs: { order: id, card: '4242' }, metadata: { half: id < 'm' ? 'first' : 'second' } });
  const page = await served(app);
  const read = async <Answer>(path: string): Promise<Answer> => (await page.get(`/apps/app/${path}`)).json() as Promise<Answer>;
  return { app, services, ...page, read };
}
