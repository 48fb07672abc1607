import type { Session } from '../terminal/session.js';
import { Argument, type Command, type CommandUnknownOpts, type Option } from './commander.js';

/** What completes a command line: asked by the scripts of the shells, with each key. */
const ASKED = '__complete';

/** `completion`: the script that lets a shell ask what may come next. */
export function completionCommands(program: Command, session: Session): void {
  program
    .command('completion')
    .summary('complete commands and options in a shell')
    .description('Prints a script that lets a shell complete commands and options.')
    .addArgument(new Argument('<shell>', 'which shell it is for').choices(['bash', 'zsh', 'fish'] as const))
    .addHelpText('after', EXAMPLES)
    .action((shell) => session.io.out(SCRIPTS[shell]));

  program
    .command(ASKED, { hidden: true })
    .argument('[words...]')
    .action((words) => {
      for (const [word, meaning] of candidates(program, words)) session.io.out(`${word}\t${meaning}\n`);
    });
}

type Candidate = readonly [word: string, meaning: string];

/** What the last of these words, which is begun or empty, may become. None: a name of the user's, or of a file. */
export function candidates(program: CommandUnknownOpts, words: readonly string[]): readonly Candidate[] {
  const current = words.at(-1) ?? '';
  let command = program;
  let option: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (option !== undefined) option = undefined;
    else if (word.startsWith('-'))
      option = command.options.find((one) => (one.short === word || one.long === word) && (one.required || one.optional));
    else command = command.commands.find((one) => one.name() === word) ?? command;
  }
  return all(command, option, current).filter(([word]) => word.startsWith(current));
}

function all(command: CommandUnknownOpts, option: Option | undefined, current: string): readonly Candidate[] {
  if (option !== undefined) return (option.argChoices ?? []).map((choice) => [choice, '']);
  const { visibleOptions, visibleCommands } = HELP(command);
  if (current.startsWith('-'))
    return visibleOptions.flatMap((one): readonly Candidate[] => (one.long === undefined ? [] : [[one.long ?? '', one.description]]));
  const choices = (command.registeredArguments[0]?.argChoices ?? []).map((choice): Candidate => [choice, '']);
  return [...visibleCommands.map((one): Candidate => [one.name(), one.summary()]), ...choices];
}

/** As help lists them. */
const HELP = (command: CommandUnknownOpts) => {
  const help = command.createHelp();
  return { visibleOptions: help.visibleOptions(command), visibleCommands: help.visibleCommands(command) };
};

const SCRIPTS = {
  bash: `_flowproof() {
  local IFS=$'\\n'
  COMPREPLY=($(flowproof ${ASKED} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1))
}
complete -o default -F _flowproof flowproof
`,
  zsh: `#compdef flowproof
_flowproof() {
  local -a found
  local word meaning
  while IFS=$'\\t' read -r word meaning; do
    found+=("\${word//:/\\\\:}:\${meaning}")
  done < <(flowproof ${ASKED} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe flowproof found; else _files; fi
}
compdef _flowproof flowproof
`,
  fish: `function __flowproof_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  flowproof ${ASKED} -- $words[2..-1] "$current" 2>/dev/null
end
complete -c flowproof -a '(__flowproof_complete)'
`,
} as const;

const EXAMPLES = `
Examples:
  source <(flowproof completion bash)                          in ~/.bashrc
  source <(flowproof completion zsh)                           in ~/.zshrc, after compinit
  flowproof completion fish | source                           in ~/.config/fish/config.fish
`;
