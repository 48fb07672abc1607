const CHECK = `flowproof check [FILE|FOLDER …]    judge the flows and tasks of a project

Reads the project without running it, and says what is wrong with its flows and tasks. The paths limit what is reported,
not what is read.

  -p, --project FILE     a tsconfig; may be given several times (default: tsconfig.json, or what the configuration says)
      --format FORMAT    text, json, sarif or github (default: text)
      --json             the same as --format json
  -o, --output FILE      write there instead of to the terminal
      --against BASE     compare with flows as they were: git:REVISION, a manifest FILE; or with the runs
                         that are in postgres://…, or in a FOLDER of file(…)
      --load             also load the modules that build flows, from the JavaScript of their tsconfig: their code runs,
                         in a process of its own, and tells what the source can't; paths limit what is loaded
      --load-ms MS       how long each module may take (default: 10000)
  -w, --watch            check again after each change, until it is stopped

  flowproof check                                    the project of this folder
  flowproof check src/orders                         what is said of this folder
  flowproof check -p packages/a -p packages/b        two projects together
  flowproof check --against git:origin/main          and what it means for runs that are stored
  flowproof check --format github                    in continuous integration
`;

const GRAPH = `flowproof graph [FLOW …]    draw flows; without names, all of them

  -p, --project FILE     a tsconfig; may be given several times (default: tsconfig.json, or what the configuration says)
      --format FORMAT    mermaid, dot or svg (default: as the name of the output ends, or mermaid)
  -o, --output FILE      write there instead of to the terminal
      --against BASE     both versions in one picture: git:REVISION or a manifest FILE; without names, the flows that differ
      --load, --load-ms  as of check

  flowproof graph order                              for Markdown, as Mermaid
  flowproof graph order -o order.svg                 needs @viz-js/viz
  flowproof graph --against git:HEAD~1               what the last commit changed
`;

const MANIFEST = `flowproof manifest [FLOW …]    the canonical description of flows, as JSON; without names, of all of them

Two flows with the same description have the same fingerprint, by which stored runs know theirs.

  -p, --project FILE     a tsconfig; may be given several times (default: tsconfig.json, or what the configuration says)
  -o, --output FILE      write there instead of to the terminal
      --load, --load-ms  as of check

  flowproof manifest -o flows.json                   to compare with later: flowproof check --against flows.json
`;

const ENDS = `
Exit codes
  0   it was done, and no error was found; warnings and notes may have been
  1   errors were found, or a flow or module could not be read as it was asked for
  2   it could not be done: wrong arguments, a tsconfig or configuration that can't be read, a defect of the checker
`;

/** What `--help` of each command says. */
export const USAGES = { check: CHECK + ENDS, graph: GRAPH + ENDS, manifest: MANIFEST + ENDS } as const;

export const USAGE = `flowproof: what types can't see in flows, before they run

  flowproof check [FILE|FOLDER …]    judge the flows and tasks of a project; the paths limit what is reported
  flowproof graph [FLOW …]           draw flows
  flowproof manifest [FLOW …]        the canonical description of flows, as JSON

  flowproof COMMAND --help           options and examples of a command
  flowproof --version

Configuration, if any: "flowproof" in package.json, or flowproof.config.ts, which is read and not run.
${ENDS}
All rules: docs/checker.md in the package
`;
