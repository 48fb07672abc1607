export const USAGE = `flowproof: what types can't see in flows, before they run

  flowproof check [FILE|FOLDER …]    judge the flows and tasks of a project; the paths limit what is reported
  flowproof graph [FLOW …]           draw flows
  flowproof manifest [FLOW …]        the canonical description of flows, as JSON

Options of all:
  -p, --project FILE     a tsconfig; may be given several times (default: tsconfig.json, or what the configuration says)
      --load             also load the modules that build flows, from the JavaScript of their tsconfig: their code runs,
                         in a process of its own, and tells what the source can't; paths limit what is loaded
      --load-ms MS       how long each module may take (default: 10000)
  -o, --output FILE      write there instead of to the terminal
  -h, --help             this text
      --version

Options of check:
      --format FORMAT    text, json, sarif or github (default: text)
      --against BASE     compare with flows as they were: git:REVISION, a manifest FILE; or with the runs
                         that are in postgres://…, or in a FOLDER of file(…)
  -w, --watch            check again after each change

Options of graph:
      --format FORMAT    mermaid, dot or svg (default: as the name of the output ends, or mermaid)
      --against BASE     both versions in one picture: git:REVISION or a manifest FILE; without names, the flows that differ

Configuration, if any: "flowproof" in package.json, or flowproof.config.ts, which is read and not run.
Exit code: 0 nothing wrong, 1 errors found, 2 it could not be done. All rules: docs/checker.md
`;
