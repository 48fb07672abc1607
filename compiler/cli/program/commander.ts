/** The one file that knows where the parser of command lines comes from. The build puts it in here: it need not be installed. */
export { Argument, Command, CommanderError, type CommandUnknownOpts, InvalidArgumentError, Option } from '@commander-js/extra-typings';
