import { killsAt } from './statements.js';

killsAt('hearing-all', 'hearing');
