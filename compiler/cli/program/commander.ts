/** The one file that knows where the parser of command lines comes from. The build puts it in here: nobody has to install it. */
export { Argument, Command, CommanderError, type CommandUnknownOpts, InvalidArgumentError, Option } from '@commander-js/extra-typings';
