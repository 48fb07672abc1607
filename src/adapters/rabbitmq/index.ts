/** Door of the transport by RabbitMQ: `flowproof/rabbitmq`. */
export { type RabbitOptions, rabbitmq } from './rabbitmq.js';
