import { flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { rabbitmq } from 'flowproof/rabbitmq';
import { remote, worker } from 'flowproof/workers';
import { flows, ledgerSet, story } from './ledger-flows.js';

/** An engine, or a worker, in a process of its own, which a test kills. */
const [role = '', url = '', prefix = '', database = ''] = process.argv.slice(2);
const [name = '', isWell = '', schema = ''] = process.argv.slice(6);
const transport = rabbitmq(url, { prefix });

if (role === 'worker') {
  const calls = new Proxy([], {
    get: (target, key) => (key === 'push' ? () => process.send?.('begun') : Reflect.get(target, key)),
  });
  void worker(ledgerSet('killed', calls), { transport })
    .start()
    .then(() => process.send?.('ready'));
} else {
  const app = flowproof({
    ...{ persistence: postgres(database, { schema }), recover: false, flows: Object.values(flows) },
    executor: remote({ transport }),
  });
  const flow = flows[name as keyof typeof flows];
  const inputs = flow === story ? { inputs: { isWell: isWell === 'true' } } : {};
  void app.run(flow as never, { id: 'r', ...inputs } as never);
}
