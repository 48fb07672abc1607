/** Door of the transport by NATS JetStream: `flowproof/nats`. */
export { type NatsOptions, nats } from './nats.js';
