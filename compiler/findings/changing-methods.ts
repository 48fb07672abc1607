/** Methods that change what they are called on, if it is JavaScript's own: by their names nothing but lists and dates has them. */
export const CHANGING_METHODS: readonly string[] = [
  ...['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'],
  ...['setTime', 'setDate', 'setHours', 'setFullYear', 'setMonth'],
];
