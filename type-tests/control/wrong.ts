// The negative control of the runner: it must complain about exactly these three lines.
// error: a sentence that nobody prints
export const otherText: number = 'text';
export const unexpected: number = 'text';
// error: Type 'string' is not assignable to type 'number'
export const missing: string = 'text';
