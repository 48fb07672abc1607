import { killsAt } from './statements.js';

killsAt('claiming-all', 'claiming');
