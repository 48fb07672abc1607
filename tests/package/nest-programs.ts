/** What asks `@nestjs/terminus` for the health of an app. */
const READY = `import { Controller, Get, Inject, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { FlowproofHealth, getAppToken } from 'flowproof/nestjs';
import { OrdersModule } from './orders.module';
@Controller('ready')
class Ready {
  constructor(private readonly health: HealthCheckService, @Inject(FlowproofHealth) private readonly flows: FlowproofHealth) {}
  @Get() @HealthCheck()
  get() { return this.health.check([() => this.flows.pingCheck('flowproof')]); }
}
@Module({ imports: [TerminusModule, OrdersModule], controllers: [Ready] })
class Root {}
`;

/** A test for Jest, with Nest 11. */
export const TERMINUS_SPEC = `import { Test } from '@nestjs/testing';
${READY}
test('terminus says of an app whether it is up', async () => {
  const nest = (await Test.createTestingModule({ imports: [Root] }).compile()).createNestApplication();
  nest.useLogger(false);
  await nest.listen(0);
  const ask = async () => {
    const response = await fetch(await nest.getUrl() + '/ready');
    return [response.status, (await response.json()).details.flowproof.status];
  };
  expect(await ask()).toEqual([200, 'up']);
  await nest.get(getAppToken()).stop();
  expect(await ask()).toEqual([503, 'down']);
  await nest.close();
});
`;

/** A program, with Nest 12, whose modules are ES modules: it prints what it was answered. */
export const NEST_12_PROGRAM = `import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
${READY}
async function main() {
  const nest = await NestFactory.create(Root, { logger: false });
  await nest.listen(0);
  const ask = async (path: string, options: RequestInit = {}) => {
    const response = await fetch(await nest.getUrl() + path, { headers: { 'content-type': 'application/json' }, ...options });
    return [response.status, await response.json()];
  };
  const unknown = await ask('/orders/o-1');
  const begun = await ask('/orders/o-1', { method: 'PUT', body: '{"card":"visa"}' });
  const app = nest.get(getAppToken());
  const { state } = await app.handle('o-1').result();
  const up = await ask('/ready');
  await app.stop();
  const down = [await ask('/ready'), await ask('/health')];
  await nest.close();
  console.log(JSON.stringify([unknown[0], begun, state, up[0], down.map(([status]) => status)]));
}
void main();
`;
