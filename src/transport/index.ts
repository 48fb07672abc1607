/** What carries messages between engines and workers: the contract, and one within this process. */
export { answerWithin, type BrokerOptions, brokerOptions, checkedNumber } from './broker-options.js';
export { type MemoryTransportOptions, memoryTransport } from './memory-transport.js';
export { sealedTransport, type TransportKeys } from './sealed-transport.js';
export {
  DEAD,
  type Delivery,
  type Depth,
  type Handled,
  type Message,
  type Queue,
  type Stop,
  type Transport,
  type TransportConnection,
} from './transport.js';
export { TransportError } from './transport-error.js';
