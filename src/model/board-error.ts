import { type BoardCode, FlowproofError } from './flowproof-error.js';

/**
 * A job board did not do what it was asked: it gave no answer (`BOARD_UNREACHABLE`: what was asked may have been done), took no
 * such request (`BOARD_REFUSED`), or was closed (`BOARD_CLOSED`).
 */
export class BoardError extends FlowproofError<BoardCode> {
  override readonly name = 'BoardError';
}
