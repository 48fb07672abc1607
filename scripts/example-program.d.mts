/** Makes one program of an example of `examples/`, from the sources as they are now, without checking types. */
export function exampleProgram(example: string, program: string): Promise<void>;
