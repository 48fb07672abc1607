// src/model/schema.ts
function isSchema(value) {
  const kind = typeof value;
  return (kind === "object" || kind === "function") && value !== null && "~standard" in value;
}
async function validate(schema, value) {
  const result = await schema["~standard"].validate(value);
  if (result.issues === void 0) return { value: result.value };
  return {
    issues: result.issues.map((issue) => ({
      path: (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
      message: issue.message
    }))
  };
}

// src/authoring/flow-value.ts
function flowDefinitionOf(value) {
  if (typeof value !== "object" || value === null) return void 0;
  const brand = value["~flowproof"];
  return brand?.kind === "flow" ? brand.definition : void 0;
}
function flowValue(definition, tools) {
  let compiled;
  return Object.freeze({
    name: definition.name,
    version: definition.version,
    "~flowproof": Object.freeze({ kind: "flow", definition }),
    compile() {
      compiled ??= tools.compile(definition);
      return compiled;
    },
    toMermaid: () => tools.toMermaid(definition),
    toDot: () => tools.toDot(definition)
  });
}

// src/authoring/compose-options.ts
function composeOptions(inner, outer) {
  const rebind = renamed(entriesOf(inner.rebind), entriesOf(outer.rebind));
  const inject = Object.fromEntries(entriesOf(inner.inject));
  for (const [name2, constant] of entriesOf(outer.inject)) {
    const inputs = Object.keys(rebind).filter((input) => own(inner.rebind, input) === name2);
    for (const input of inputs) delete rebind[input];
    for (const input of inputs.length === 0 ? [name2] : inputs) inject[input] = constant;
  }
  return { ...inner, ...outer, rebind, inject, provides: renamed(entriesOf(inner.provides), entriesOf(outer.provides)) };
}
function renamed(inner, outer) {
  const next = new Map(outer);
  const through = new Set(inner.map(([, name2]) => name2));
  return Object.fromEntries([
    ...outer.filter(([name2]) => !through.has(name2)),
    ...inner.map(([name2, middle]) => [name2, next.has(middle) ? next.get(middle) : middle])
  ]);
}
function entriesOf(value) {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
function own(value, key) {
  return entriesOf(value).find(([name2]) => name2 === key)?.[1];
}

// src/authoring/class-metadata.ts
import "reflect-metadata";
var store = Reflect;
function leftWith(key, target) {
  const own2 = Object.getOwnPropertyDescriptor(target, key)?.value;
  return store.getOwnMetadata?.(key, target) ?? own2;
}
function brandOf(value) {
  const brand = Object.hasOwn(value, "~flowproof") ? value["~flowproof"] : void 0;
  return typeof brand === "object" && brand !== null ? brand : void 0;
}

// src/authoring/task-metadata.ts
var KEY = /* @__PURE__ */ Symbol.for("flowproof.task");
function taskDefinitionOf(value) {
  if (typeof value !== "object" && typeof value !== "function" || value === null) return void 0;
  const brand = brandOf(value);
  return brand?.kind === "task" ? brand.definition : leftWith(KEY, value);
}

// src/authoring/use.ts
function use(node, options) {
  return Object.freeze({ "~flowproof": Object.freeze({ kind: "use", node, options }) });
}
function usedIn(value) {
  if (typeof value !== "object" || value === null) return void 0;
  const brand = value["~flowproof"];
  return brand?.kind === "use" ? brand : void 0;
}

// src/authoring/placement.ts
var KNOWN = /* @__PURE__ */ new Set(["name", "rebind", "inject", "provides", "override"]);
var NONE = Object.freeze({});
function nodeDefinition(node, options) {
  const used2 = usedIn(node);
  if (used2 !== void 0) return nodeDefinition(used2.node, composeOptions(asRecord(used2.options), asRecord(options)));
  const given = asRecord(options);
  const placement = Object.freeze({
    ...typeof given.name === "string" ? { name: given.name } : {},
    rebind: asNames(given.rebind),
    inject: given.inject === void 0 ? NONE : Object.freeze({ ...asRecord(given.inject) }),
    provides: asNames(given.provides),
    override: given.override === true
  });
  return Object.freeze({
    node: taskDefinitionOf(node) ?? flowDefinitionOf(node) ?? notANode(node),
    placement,
    unknownOptions: unknownKeys(given, KNOWN)
  });
}
function unknownKeys(options, known) {
  return Object.freeze(Object.keys(asRecord(options)).filter((key) => !known.has(key)));
}
function asRecord(value) {
  return typeof value === "object" && value !== null ? value : {};
}
function asNames(value) {
  if (value === void 0) return NONE;
  const pairs = Object.entries(asRecord(value)).filter((pair) => typeof pair[1] === "string");
  return Object.freeze(Object.fromEntries(pairs));
}
function notANode(value) {
  const name2 = typeof value === "function" ? value.name : asRecord(value).name;
  return Object.freeze({ kind: "unknown", name: typeof name2 === "string" && name2 !== "" ? name2 : String(typeof value) });
}

// src/authoring/ports.ts
function portsOf(names) {
  if (typeof names !== "object" || names === null) return [];
  const written = Array.isArray(names) ? names.map((name2) => [name2, true]) : Object.entries(names);
  const ports2 = /* @__PURE__ */ new Map();
  for (const [name2, schema] of written) {
    if (typeof name2 !== "string") continue;
    const port2 = portOf(name2, schema);
    if (!ports2.has(port2.name)) ports2.set(port2.name, port2);
  }
  return Object.freeze([...ports2.values()]);
}
function portOf(written, schema) {
  const optional = written.endsWith("?");
  const name2 = optional ? written.slice(0, -1) : written;
  return Object.freeze(isSchema(schema) ? { name: name2, optional, schema } : { name: name2, optional });
}

// src/authoring/retry-definition.ts
var KEY2 = /* @__PURE__ */ Symbol.for("flowproof.retry");
function ownRetryDefinition(name2, names, methods, code) {
  return Object.freeze({
    kind: "own",
    name: name2,
    requires: portsOf(names.requires),
    provides: portsOf(names.provides),
    declared: true,
    hasExecute: hasMethod(methods, "execute"),
    hasRevert: hasMethod(methods, "revert"),
    code: Object.freeze(code)
  });
}
function retryDefinitionOf(value) {
  if ((typeof value === "object" || typeof value === "function") && value !== null) {
    const brand = brandOf(value);
    if (brand?.kind === "retry") return brand.definition;
    const left2 = leftWith(KEY2, value);
    if (left2 !== void 0) return left2;
    const methods = typeof value === "function" ? value.prototype : value;
    if (hasMethod(methods, "onFailure")) return undeclared(value, methods);
  }
  return { kind: "times", attempts: Number.NaN };
}
function undeclared(value, methods) {
  const code = typeof value === "function" ? { kind: "class", target: value } : { kind: "object", target: value };
  const { name: name2 } = value;
  const named = typeof name2 === "string" && name2 !== "" ? name2 : "retry";
  return Object.freeze({ ...ownRetryDefinition(named, {}, methods, code), declared: !takesValues(methods) });
}
function takesValues(methods) {
  return hasMethod(methods, "execute") || methods.onFailure.length > 1;
}
function hasMethod(value, name2) {
  return typeof value?.[name2] === "function";
}

// src/authoring/builders.ts
var KNOWN_TO_FLOWS = /* @__PURE__ */ new Set(["version", "continues"]);
var KNOWN_TO_LINKS = /* @__PURE__ */ new Set(["decider", "depth"]);
function builders(compile2, pictures) {
  const tools = { compile: compile2, toMermaid: pictures?.toMermaid ?? noPicture, toDot: pictures?.toDot ?? noPicture };
  const factory = (pattern) => {
    const begin2 = (mode) => (name2, options) => builder(tools, emptyFlow(pattern, name2, mode, options));
    return Object.freeze(Object.assign(begin2("closed"), { open: begin2("open"), dynamic: begin2("dynamic") }));
  };
  return Object.freeze({ linear: factory("linear"), unordered: factory("unordered"), graph: factory("graph") });
}
function noPicture() {
  throw new Error("this copy of the builders was made without pictures");
}
function emptyFlow(pattern, name2, mode, options) {
  return {
    kind: "flow",
    pattern,
    name: typeof name2 === "string" ? name2 : "",
    version: options?.version ?? 1,
    ...options?.continues === void 0 ? {} : { continues: Object.freeze([options.continues].flat()) },
    mode,
    input: { kind: "none" },
    nodes: [],
    unknownOptions: unknownKeys(options, KNOWN_TO_FLOWS)
  };
}
function builder(tools, definition, { nodes, links: links2 } = {}) {
  const next = (change) => builder(tools, { ...definition, ...change }, { nodes, links: links2 });
  const more = (items) => {
    let all = nodes;
    for (const item of items) all = { item, before: all };
    return builder(tools, definition, { nodes: all, links: links2 });
  };
  return Object.freeze({
    input: (shape) => next({ input: inputOf(shape) }),
    retry: (policy) => next({ retry: retryDefinitionOf(policy) }),
    add: (node, options) => more(definition.pattern === "graph" ? batch(node) : [nodeDefinition(node, options)]),
    when: (name2, reads, pick, node) => more([choiceNode(name2, { kind: "when", ...question(reads, pick) }, [nodeDefinition(node)])]),
    switch: (name2, reads, pick, branches2) => more([choiceNode(name2, { kind: "switch", ...question(reads, pick) }, batch(branches2))]),
    link: (from, to, options) => builder(tools, definition, { nodes, links: { item: linkDefinition(from, to, options), before: links2 } }),
    target: (node) => next({ target: String(node) }),
    returns: (...names) => next({ returns: Object.freeze(names) }),
    build: () => flowValue(Object.freeze({ ...definition, nodes: inOrder(nodes), ...links2 === void 0 ? {} : { links: inOrder(links2) } }), tools)
  });
}
function inOrder(last) {
  const items = [];
  for (let added2 = last; added2 !== void 0; added2 = added2.before) items.push(added2.item);
  return Object.freeze(items.reverse());
}
function batch(nodes) {
  if (typeof nodes !== "object" || nodes === null || "~flowproof" in nodes) return [nodeDefinition(void 0)];
  return Object.entries(nodes).map(([name2, node]) => nodeDefinition(node, { name: name2 }));
}
function choiceNode(name2, choice, nodes) {
  const flow = { ...emptyFlow("choice", name2, "open"), nodes: Object.freeze(nodes), choice: Object.freeze(choice) };
  return Object.freeze({
    node: Object.freeze(flow),
    placement: Object.freeze({ rebind: {}, inject: {}, provides: {}, override: false }),
    unknownOptions: Object.freeze([])
  });
}
function question(reads, pick) {
  const names = Array.isArray(reads) ? reads : [];
  return { reads: Object.freeze(names.filter((name2) => typeof name2 === "string")), pick };
}
function linkDefinition(from, to, options) {
  const given = asRecord(options);
  return Object.freeze({
    from: String(from),
    to: String(to),
    ...given.decider === void 0 ? {} : { decider: given.decider },
    ...given.depth === void 0 ? {} : { depth: given.depth },
    unknownOptions: unknownKeys(options, KNOWN_TO_LINKS)
  });
}
function inputOf(shape) {
  if (isSchema(shape)) return { kind: "schema", schema: shape };
  if (Array.isArray(shape)) return { kind: "typed", names: Object.freeze(shape.filter((name2) => typeof name2 === "string")) };
  return { kind: "typed" };
}

// src/authoring/define-retry.ts
function defineRetry(options) {
  const definition = ownRetryDefinition(options.name, options, options, { kind: "object", target: options });
  return Object.freeze({ "~flowproof": Object.freeze({ kind: "retry", definition }) });
}

// src/authoring/task-options.ts
var DEFAULT_MAX_LOSSES = 5;
function taskDefinition(name2, named, options, hasRevert2, code) {
  return Object.freeze({
    kind: "task",
    name: name2,
    named,
    requires: portsOf(options.requires),
    provides: portsOf(options.provides),
    keeps: portsOf(options.keeps),
    revertRequires: portsOf(options.revertRequires),
    hasRevert: hasRevert2,
    priority: options.priority ?? 0,
    maxLosses: options.maxLosses ?? DEFAULT_MAX_LOSSES,
    onInterrupted: options.onInterrupted ?? "rerun",
    ...options.revertRetry === void 0 ? {} : { revertRetry: revertRetryOf(options.revertRetry) },
    version: options.version ?? 1,
    code: Object.freeze(code)
  });
}
function revertRetryOf(retry) {
  const definition = retryDefinitionOf(retry);
  return definition.kind === "times" ? definition : { kind: "times", attempts: Number.NaN };
}

// src/authoring/define-task.ts
function defineTask(options) {
  const { name: name2, ...rest2 } = options;
  const hasRevert2 = typeof options.revert === "function";
  const definition = taskDefinition(name2, true, rest2, hasRevert2, { kind: "object", target: options });
  return Object.freeze({ name: name2, "~flowproof": Object.freeze({ kind: "task", definition }) });
}

// src/authoring/instance.ts
function instanceOf(code, resolve) {
  if (code.kind === "object") return code.target;
  return resolve === void 0 ? new code.target() : resolve(code.target);
}

// src/compilation/compat.ts
var STANDARD = Object.freeze({
  deferReverts: true,
  shadowing: "error",
  injected: "error",
  optionalOrders: true,
  failures: "unresolved"
});

// src/model/errors.ts
var BRAND = /* @__PURE__ */ Symbol.for("flowproof.error");
var FlowproofError = class _FlowproofError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
  code;
  static {
    Object.defineProperty(_FlowproofError.prototype, BRAND, { value: true });
  }
  /** Written out in every class, because minifiers rename classes. */
  name = "FlowproofError";
};
function isFlowproofError(thrown, code) {
  if (typeof thrown !== "object" || thrown === null || !(BRAND in thrown)) return false;
  return code === void 0 || thrown.code === code;
}
var FlowDefinitionError = class extends FlowproofError {
  constructor(flow, diagnostics) {
    super(
      "FLOW_DEFINITION",
      `flow '${flow}' can't run:
${diagnostics.map((one) => `  ${one.path}: ${one.message} [${one.code}]`).join("\n")}`
    );
    this.flow = flow;
    this.diagnostics = diagnostics;
  }
  flow;
  diagnostics;
  name = "FlowDefinitionError";
};
var InvalidInputError = class extends FlowproofError {
  constructor(flow, issues) {
    super(
      "INVALID_INPUT",
      `the inputs of flow '${flow}' are not valid:
${issues.map((issue) => `  ${issue.path === "" ? "(inputs)" : issue.path}: ${issue.message}`).join("\n")}`
    );
    this.flow = flow;
    this.issues = issues;
  }
  flow;
  issues;
  name = "InvalidInputError";
};
var FlowFailedError = class extends FlowproofError {
  constructor(flow, runId, state, failures) {
    const list = failures.map((one) => `  ${one.path} (${one.phase}, attempt ${one.attempt}): ${one.failure.name}: ${one.failure.message}`);
    super("FLOW_FAILED", [`run '${runId}' of flow '${flow}' ended ${state}`, ...list].join("\n"), { cause: failures[0]?.failure });
    this.flow = flow;
    this.runId = runId;
    this.state = state;
    this.failures = failures;
  }
  flow;
  runId;
  state;
  failures;
  name = "FlowFailedError";
};
var RunConflictError = class extends FlowproofError {
  constructor(runId, flow, storedFlow) {
    const what = flow === storedFlow ? `was started with other inputs` : `belongs to flow '${storedFlow}', not to '${flow}'`;
    super("RUN_CONFLICT", `run '${runId}' ${what}: use another id, or the inputs that it began with`);
    this.runId = runId;
    this.flow = flow;
    this.storedFlow = storedFlow;
  }
  runId;
  flow;
  storedFlow;
  name = "RunConflictError";
};
var RunOwnedError = class extends FlowproofError {
  constructor(runId, owner) {
    super(
      "RUN_OWNED",
      `run '${runId}' belongs to the live engine ${owner}: wait for it with run(), stop it there, or resume with takeover: 'force'`
    );
    this.runId = runId;
    this.owner = owner;
  }
  runId;
  owner;
  name = "RunOwnedError";
};
var RunNotFoundError = class extends FlowproofError {
  constructor(runId) {
    super("RUN_NOT_FOUND", `there is no run '${runId}' in this store`);
    this.runId = runId;
  }
  runId;
  name = "RunNotFoundError";
};
var IncompatibleFlowError = class extends FlowproofError {
  constructor(runId, flow, report) {
    super(
      "INCOMPATIBLE_FLOW",
      `run '${runId}' of flow '${flow}' can't go on with this code:
${report.map((line) => `  ${line}`).join("\n")}
Deploy the code that began it, or let that code finish it first. Nothing was changed.`
    );
    this.runId = runId;
    this.flow = flow;
    this.report = report;
  }
  runId;
  flow;
  report;
  name = "IncompatibleFlowError";
};
var RevertNotFailedError = class extends FlowproofError {
  constructor(runId, path, failed2) {
    const others = failed2.length === 0 ? "no revert of it has failed" : `these have: ${failed2.join(", ")}`;
    super("REVERT_NOT_FAILED", `the revert of '${path}' in run '${runId}' has not failed; ${others}`);
    this.runId = runId;
    this.path = path;
    this.failed = failed2;
  }
  runId;
  path;
  failed;
  name = "RevertNotFailedError";
};
var StaleRunError = class extends FlowproofError {
  constructor(runId) {
    super("STALE_RUN", `run '${runId}' was taken over by another engine: this one stopped, the journal is as the other one writes it`);
    this.runId = runId;
  }
  runId;
  name = "StaleRunError";
};
var AppStoppedError = class extends FlowproofError {
  constructor(runId) {
    const what = runId === void 0 ? "the app was stopped: make another one" : `the app was stopped before run '${runId}' ended: resume it here or elsewhere`;
    super("APP_STOPPED", what);
    this.runId = runId;
  }
  runId;
  name = "AppStoppedError";
};
var PersistenceError = class extends FlowproofError {
  name = "PersistenceError";
};

// src/model/ids.ts
import { createHash, randomBytes } from "node:crypto";
var POOL_BYTES = 4096;
var pool = randomBytes(0);
var used = 0;
function draw(bytes) {
  if (used + bytes > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const drawn = pool.subarray(used, used + bytes);
  used += bytes;
  return drawn;
}
function randomIds() {
  let lastMs = 0;
  let counter = 0;
  let steps = 0;
  return {
    runId(nowMs) {
      const bytes = Buffer.from(draw(16));
      if (nowMs > lastMs) {
        lastMs = nowMs;
        counter = bytes.readUInt16BE(6) & 2047;
      } else if (++counter > 4095) {
        lastMs++;
        counter = 0;
      }
      bytes.writeUIntBE(lastMs, 0, 6);
      bytes.writeUInt16BE(counter, 6);
      return asUuid(bytes, 112);
    },
    unique: () => asUuid(Buffer.from(draw(16)), 64),
    stepId: () => (steps++).toString(16).padStart(12, "0")
  };
}
function asUuid(bytes, version) {
  bytes.writeUInt8(bytes.readUInt8(6) & 15 | version, 6);
  bytes.writeUInt8(bytes.readUInt8(8) & 63 | 128, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
function digest(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${String(part).length}:${part};`);
  return hash.digest("hex").slice(0, 32);
}
function quickDigest(text) {
  let [a2, b2, c] = [3735928559, 1103547991, 2654435769];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a2 = Math.imul(a2 ^ code, 2654435761);
    b2 = Math.imul(b2 ^ code, 1597334677);
    c = Math.imul(c ^ code, 2246822507);
  }
  a2 = Math.imul(a2 ^ a2 >>> 16, 2246822507) ^ Math.imul(b2 ^ b2 >>> 13, 3266489909);
  b2 = Math.imul(b2 ^ b2 >>> 16, 2246822507) ^ Math.imul(c ^ c >>> 13, 3266489909);
  c = Math.imul(c ^ c >>> 16, 2246822507) ^ Math.imul(a2 ^ a2 >>> 13, 3266489909);
  return hex32(a2) + hex32(b2) + hex32(c);
}
function hex32(value) {
  return (value >>> 0).toString(16).padStart(8, "0");
}

// src/model/json.ts
function canonicalText(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isJsonArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const parts = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`);
  return `{${parts.join(",")}}`;
}
function isJsonArray(value) {
  return Array.isArray(value);
}
function isJsonObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// src/compilation/skips.ts
function skipsOf(target, depth, orders, reach) {
  const { first, until } = reach.places[target];
  const own2 = [first, until];
  if (depth === "all") return [own2, ...after(target, own2, reach)];
  if (depth === "atom" || depth === "node" || !reach.isTask(target)) return [own2];
  const next = (node) => orders.filter(([from, to]) => from === node && reach.isTask(to)).map(([, to]) => to);
  const found = new Set(next(target));
  if (depth === "flow") for (const node of found) for (const more of next(node)) found.add(more);
  return [own2, ...[...found].map((node) => reach.places[node]).map((place) => [place.first, place.until])];
}
function after(target, [first, until], { graph: graph2, ends, atoms: atoms2 }) {
  const seen = /* @__PURE__ */ new Set([ends.get(target).exit]);
  for (const node of seen) for (const successor of graph2.successors[node] ?? []) seen.add(successor);
  const reached = [...seen].filter((node) => node < atoms2 && (node < first || node >= until)).sort((a2, b2) => a2 - b2);
  return reached.map((atom2) => [atom2, atom2 + 1]);
}
function placesIn(shape, ends) {
  const paths = [];
  const first = [];
  let count = 0;
  for (const { name: name2, parent, kind } of shape.nodes) {
    paths.push(parent < 0 ? name2 : `${paths[parent]}/${name2}`);
    first.push(count);
    if (kind === "task" || kind === "retry") count++;
  }
  const until = shape.nodes.map((_, index) => first[index + 1] ?? count);
  for (let index = shape.nodes.length - 1; index > 0; index--) {
    const parent = shape.nodes[index]?.parent;
    until[parent] = Math.max(until[parent], until[index]);
  }
  return shape.nodes.map((_, index) => {
    const entry = ends.get(index)?.entry;
    if (entry === void 0 || first[index] === until[index]) return void 0;
    return { target: paths[index], entry, first: first[index], until: until[index] };
  });
}

// src/compilation/deciders.ts
function decidersOf(shape, linked2, { graph: graph2, ends }, origins) {
  const places = placesIn(shape, ends);
  const reach = { graph: graph2, ends, places, isTask: (node) => shape.nodes[node]?.kind === "task", atoms: linked2.atoms.length };
  const deciders = [];
  for (const [index, node] of shape.nodes.entries()) {
    if (node.kind !== "flow") continue;
    const definition = origins[index];
    if (node.pattern === "choice") deciders.push(...branches(index, node, definition, shape, linked2, places));
    if (node.pattern === "graph") deciders.push(...links(index, definition, shape, linked2, reach));
  }
  return deciders;
}
function branches(index, { choice }, definition, shape, linked2, places) {
  const pick = definition.choice?.pick;
  const reads = linked2.reads.get(index) ?? {};
  const children = linked2.children[index] ?? [];
  const cases = choice?.kind === "switch" ? children.map((child) => shape.nodes[child]?.name ?? "") : [true, false];
  return children.flatMap((child) => {
    const place = places[child];
    if (place === void 0) return [];
    const chosenBy = choice?.kind === "switch" ? shape.nodes[child]?.name ?? "" : true;
    const skips = [[place.first, place.until]];
    return { ...place, depth: "node", skips, history: {}, reads, choice: { id: index, chosenBy, cases }, decide: pick };
  });
}
function links(index, { links: links2 = [] }, shape, linked2, reach) {
  const named = new Map((linked2.children[index] ?? []).map((child) => [shape.nodes[child]?.name ?? "", child]));
  const outputs = (node) => Object.fromEntries(linked2.given[named.get(node) ?? -1]?.values ?? []);
  const decided2 = links2.filter(({ decider }) => typeof decider === "function");
  return decided2.flatMap(({ from, to, decider, depth = "all" }) => {
    const target = named.get(to) ?? -1;
    const place = reach.places[target];
    if (place === void 0) return [];
    const source = reach.places[named.get(from) ?? -1];
    const sources = decided2.filter((other) => other.to === to).map((other) => other.from);
    return {
      ...place,
      source: { node: from, first: source?.first ?? 0, until: source?.until ?? 0 },
      depth,
      skips: skipsOf(target, depth, linked2.orders.get(index) ?? [], reach),
      history: Object.fromEntries(sources.map((source2) => [source2, outputs(source2)])),
      reads: {},
      decide: decider
    };
  });
}

// src/compilation/describe.ts
var RETRY_NAME = "(retry)";
var AS_IT_IS = { rebind: {}, inject: {}, provides: {}, override: false };
function describe(root) {
  const nodes = [];
  const origins = [];
  const placements = [];
  const add = (shape, origin, placement) => {
    origins.push(origin);
    placements.push(placement);
    return nodes.push(shape) - 1;
  };
  const waiting = [
    { item: { node: root, placement: AS_IT_IS, unknownOptions: [] }, parent: -1 }
  ];
  for (let next = waiting.pop(); next !== void 0; next = waiting.pop()) {
    const { item, parent } = next;
    const index = add(describeNode(item, parent), item.node.kind === "unknown" ? void 0 : item.node, item.placement);
    if (item.node.kind !== "flow") continue;
    if (item.node.retry) add(describeRetry(item.node.retry, index), item.node.retry, AS_IT_IS);
    for (let child = item.node.nodes.length - 1; child >= 0; child--) {
      waiting.push({ item: item.node.nodes[child], parent: index });
    }
  }
  return { shape: { nodes }, origins, placements };
}
function describeNode({ node, placement, unknownOptions }, parent) {
  const placed2 = {
    name: placement.name ?? node.name,
    parent,
    rebind: placement.rebind,
    inject: Object.keys(placement.inject),
    rename: placement.provides,
    override: placement.override,
    unknownOptions
  };
  switch (node.kind) {
    case "unknown":
      return { ...placed2, kind: "unknown" };
    case "task":
      return {
        ...placed2,
        kind: "task",
        task: node.name,
        named: node.named,
        requires: node.requires.map(({ name: name2, optional }) => ({ name: name2, optional })),
        provides: node.provides.map(({ name: name2 }) => name2),
        keeps: node.keeps.map(({ name: name2 }) => name2),
        revertRequires: node.revertRequires.map(({ name: name2, optional }) => ({ name: name2, optional })),
        hasRevert: node.hasRevert,
        priority: node.priority,
        maxLosses: node.maxLosses,
        version: node.version,
        ...node.revertRetry === void 0 ? {} : { revertRetry: { unknownOptions: [], ...node.revertRetry } }
      };
    case "flow":
      return {
        ...placed2,
        kind: "flow",
        flow: node.name,
        version: node.version,
        ...node.continues === void 0 ? {} : { continues: node.continues },
        pattern: node.pattern,
        mode: node.mode,
        input: node.input.kind === "schema" ? { kind: "schema", ...schemaNames(node.input.schema) } : node.input,
        ...node.returns === void 0 ? {} : { returns: node.returns },
        links: (node.links ?? []).map(describeLink),
        ...node.target === void 0 ? {} : { target: node.target },
        ...choiceOf(node),
        unknownOptions: [...unknownOptions, ...node.unknownOptions]
      };
  }
}
function describeLink({ from, to, decider, depth, unknownOptions }) {
  const kind = decider === void 0 ? "none" : typeof decider === "function" ? "function" : "wrong";
  return { from, to, decider: kind, ...depth === void 0 ? {} : { depth }, unknownOptions };
}
function choiceOf({ choice }) {
  return choice === void 0 ? {} : { choice: { kind: choice.kind, reads: choice.reads, callable: typeof choice.pick === "function" } };
}
function describeRetry(retry, parent) {
  const placed2 = { name: RETRY_NAME, parent, rebind: {}, inject: [], rename: {}, override: false };
  const unknownOptions = "unknownOptions" in retry ? retry.unknownOptions ?? [] : [];
  return { ...placed2, kind: "retry", policy: policyOf(retry), ...portsOf2(retry), unknownOptions };
}
function policyOf(retry) {
  switch (retry.kind) {
    case "times":
      return { kind: retry.kind, attempts: retry.attempts, ...stockOf(retry) };
    case "forEach":
      return { kind: retry.kind, count: retry.values.length, ...stockOf(retry) };
    case "forEachOf":
      return { kind: retry.kind, ...stockOf(retry) };
    case "own":
      return { kind: retry.kind, name: retry.name, declared: retry.declared };
    default:
      return { kind: retry.kind };
  }
}
function stockOf({ backoff, otherwise }) {
  return { ...backoff === void 0 ? {} : { backoff }, ...otherwise === void 0 ? {} : { otherwise } };
}
function portsOf2(retry) {
  switch (retry.kind) {
    case "forEach":
      return { requires: [], provides: [retry.provides] };
    case "forEachOf":
      return { requires: [{ name: retry.requires, optional: false }], provides: [retry.provides] };
    case "own":
      return {
        requires: retry.requires.map(({ name: name2, optional }) => ({ name: name2, optional })),
        provides: retry.provides.map(({ name: name2 }) => name2)
      };
    default:
      return { requires: [], provides: [] };
  }
}
function schemaNames(schema) {
  const standard = schema["~standard"];
  try {
    const described = standard.jsonSchema?.input?.({ target: "draft-2020-12" });
    return described?.properties === void 0 ? {} : { names: Object.keys(described.properties) };
  } catch {
    return {};
  }
}

// src/compilation/execution-graph.ts
function executionGraph(shape, children, orders) {
  const ends = /* @__PURE__ */ new Map();
  const edges = [];
  let count = 0;
  const retries = /* @__PURE__ */ new Map();
  for (const [index, { kind, parent }] of shape.nodes.entries()) {
    if (kind === "retry") retries.set(parent, count++);
    if (kind === "task") ends.set(index, { entry: count, exit: count++ });
  }
  const gate = () => count++;
  const around2 = (index, heads, tails) => {
    const retry = retries.get(index);
    const single = (nodes) => nodes.length === 1 ? nodes[0] : gate();
    if (heads.length === 0 || tails.length === 0) {
      if (retry !== void 0) ends.set(index, { entry: retry, exit: retry });
      return;
    }
    const isRoot = index === 0;
    const entry = retry ?? (isRoot ? -1 : single(heads));
    const exit = isRoot ? -1 : single(tails);
    if (entry >= 0) {
      for (const head of heads) if (head !== entry) edges.push([entry, head]);
    }
    if (exit >= 0) {
      for (const tail of tails) if (tail !== exit) edges.push([tail, exit]);
    }
    if (!isRoot) ends.set(index, { entry, exit });
  };
  const oneByOne = (index) => {
    const retry = retries.get(index);
    const chain = (children[index] ?? []).flatMap((child) => ends.get(child) ?? []);
    if (retry !== void 0) chain.unshift({ entry: retry, exit: retry });
    for (let next = 1; next < chain.length; next++) edges.push([chain[next - 1].exit, chain[next].entry]);
    const [first, last] = [chain[0], chain[chain.length - 1]];
    if (first !== void 0 && last !== void 0) ends.set(index, { entry: first.entry, exit: last.exit });
  };
  const asOrdered = (index) => {
    const nodes = children[index] ?? [];
    const pairs = new Map((orders.get(index) ?? []).map((pair) => [pair.join(), pair]));
    for (const node of [...pairs.values()].flat()) {
      if (ends.has(node)) continue;
      const pass = gate();
      ends.set(node, { entry: pass, exit: pass });
    }
    const waiting = /* @__PURE__ */ new Set();
    const awaited = /* @__PURE__ */ new Set();
    for (const [from, to] of pairs.values()) {
      edges.push([ends.get(from).exit, ends.get(to).entry]);
      waiting.add(to);
      awaited.add(from);
    }
    const present = nodes.filter((node) => ends.has(node));
    around2(
      index,
      present.filter((node) => !waiting.has(node)).map((node) => ends.get(node).entry),
      present.filter((node) => !awaited.has(node)).map((node) => ends.get(node).exit)
    );
  };
  for (let index = shape.nodes.length - 1; index >= 0; index--) {
    if (shape.nodes[index]?.kind !== "flow") continue;
    if (shape.nodes[index].pattern === "linear") oneByOne(index);
    else asOrdered(index);
  }
  return { graph: graphOf(count, edges), ends };
}
function graphOf(nodes, edges) {
  const successors = Array.from({ length: nodes }, () => []);
  const predecessors2 = Array.from({ length: nodes }, () => []);
  for (const [from, to] of edges) {
    successors[from]?.push(to);
    predecessors2[to]?.push(from);
  }
  return { successors: successors.map((list) => list.slice()), predecessors: predecessors2.map((list) => list.slice()) };
}

// src/model/diagnostics.ts
var SENTENCES = {
  MISSING_VALUE: "flow '{flow}' needs '{value}' here, which nothing before it provides",
  NOT_PROVIDED: "flow '{flow}' needs '{value}' here, which neither its nodes nor its inputs provide",
  SIBLING_VALUE: "flow '{flow}' has '{value}' from a sibling, which an unordered flow does not wait for: use linear or graph",
  MAYBE_ABSENT: "flow '{flow}' may skip what provides '{value}': only an optional input can take it",
  WRONG_TYPE: "flow '{flow}' provides '{value}' with another type than is needed here",
  ALREADY_PROVIDED: "flow '{flow}' has '{value}' already: rename this output with 'provides', or say 'override: true'",
  SEVERAL_PROVIDERS: "flow '{flow}' has several nodes that provide '{value}': rename it with use(\u2026, { provides })",
  CYCLE: "flow '{flow}' has a cycle through '{nodes}': each waits for another one",
  DUPLICATE_NODE: "flow '{flow}' has a node named '{node}' already: give this one another 'name'",
  UNKNOWN_INPUT: "there is no input '{value}' to {option}",
  UNKNOWN_OUTPUT: "there is no output '{value}' to rename",
  UNKNOWN_RETURN: "flow '{flow}' can't return '{value}', which nothing in it provides",
  UNKNOWN_NODE: "flow '{flow}' can't link '{node}', which is none of its nodes",
  BAD_DECIDER: "flow '{flow}' links '{from}' to '{to}' with a decider that is no function",
  BAD_DEPTH: "flow '{flow}' links '{from}' to '{to}' with the depth '{depth}': say 'all', 'flow', 'neighbors' or 'atom' beside a decider",
  MISSING_CASE: "flow '{flow}' has no branch for '{value}', which '{node}' may choose",
  UNKNOWN_CASE: "flow '{flow}' has a branch '{value}', which '{node}' never chooses",
  WIDE_CHOICE: "flow '{flow}' can't see what '{node}' may choose: let it return literal texts",
  BAD_CHOICE: "flow '{flow}' chooses in '{node}' by something that is no function",
  UNKNOWN_OPTION: "flow '{flow}' gives the unknown option '{option}'",
  NAME_INVALID: "'{node}' can't be the name of a node or flow: use a text without '/' that is not empty",
  NOT_A_NODE: "flow '{flow}' adds something that is neither a task nor a built flow: decorate the class with @Task, or call .build()",
  REQUIRES_MISSING: "execute() takes '{value}', but 'requires' does not list it",
  REQUIRES_UNKNOWN: "'requires' lists '{value}', but execute() does not take it",
  REQUIRES_NOT_OPTIONAL: "execute() takes '{value}' as optional: list it as '{value}?'",
  REQUIRES_NOT_REQUIRED: "execute() always takes '{value}': list it without '?'",
  PROVIDES_MISSING: "execute() returns '{value}', but neither 'provides' nor 'keeps' lists it",
  PROVIDES_UNKNOWN: "'provides' or 'keeps' lists '{value}', but execute() does not return it",
  KEPT_UNLISTED: "execute() marks '{value}' as Kept, but 'keeps' does not list it",
  SCHEMA_MISMATCH: "the schema of '{value}' does not produce the type that execute() declares for it",
  REVERT_UNFIT: "revert() must accept (inputs, outcome: Outcome<ThisTask>, context)",
  HOOK_UNFIT: "'{hook}' must accept (context) alone",
  REVERT_REQUIRES_MISSING: "revert() takes '{value}', but neither 'requires' nor 'revertRequires' lists it",
  REVERT_REQUIRES_UNKNOWN: "'revertRequires' lists '{value}', but revert() does not take it",
  NOT_STORABLE: "'{path}' can't be stored: {reason}",
  MISSING_SERVICE: "flow '{flow}' needs the service '{service}'",
  NEEDS_RESOLVE: "task '{task}' has a constructor with parameters: give the app 'resolve'",
  MISSING_INPUT: "flow '{flow}' needs the input '{value}'",
  UNKNOWN_RUN_INPUT: "flow '{flow}' takes no input '{value}'",
  BAD_CONTINUES: "flow '{flow}' can't go on with runs of version {value}: 'continues' lists whole numbers of at least 1 that are lower than its version",
  UNKNOWN_TARGET: "flow '{flow}' can't have the target '{node}', which is none of its nodes",
  DUPLICATE_FLOW: "two flows are named '{flow}': runs find their flow by its name",
  CLASS_NAME_USED: "task class '{task}' has no name of its own: minifiers rename classes, so give @Task a 'name' before its runs are stored",
  NOT_A_RETRY: "flow '{flow}' is given something that is no retry: use times, forEach, forEachOf, alwaysRevert or alwaysRevertAll, or write one with onFailure()",
  RETRY_UNDECLARED: "flow '{flow}' has the retry '{retry}', which does not say what it takes and gives: decorate it with @Retry, or use defineRetry",
  RETRY_REQUIRES_MISSING: "the retry takes '{value}', but 'requires' does not list it",
  RETRY_REQUIRES_UNKNOWN: "'requires' lists '{value}', but no method of the retry takes it",
  RETRY_REQUIRES_NOT_OPTIONAL: "the retry takes '{value}' as optional: list it as '{value}?'",
  RETRY_REQUIRES_NOT_REQUIRED: "the retry always takes '{value}': list it without '?'",
  RETRY_PROVIDES_MISSING: "execute() returns '{value}', but 'provides' of the retry does not list it",
  RETRY_PROVIDES_UNKNOWN: "'provides' of the retry lists '{value}', but execute() does not return it",
  RETRY_UNFIT: "the methods of a retry take (history, inputs, context), and onFailure() returns a Decision: declare its return type as one",
  RETRY_VALUE_TAKEN: "flow '{flow}' has '{value}' already: let the retry give another name",
  RETRY_WITHOUT_VALUES: "flow '{flow}' tries '{value}' with an empty list: give at least one value",
  NESTED_SCHEMA: "flow '{node}' parses its input with a schema, which only a flow that is run itself can: to nest it, declare its inputs with .input<\u2026>()",
  BAD_BACKOFF: "'{node}' waits with {option}: {value}, which makes no sense: delayMs and maxMs are at least 0, factor at least 1, jitter from 0 to 1",
  BAD_OTHERWISE: "flow '{flow}' has a retry with otherwise: '{value}': say 'REVERT', 'REVERT_ALL' or 'REVERT_LOCAL'",
  BAD_ATTEMPTS: "times({value}) makes no sense: give a whole number of attempts of at least 1"
};
function sentence(code, facts) {
  return SENTENCES[code].replace(/\{(\w+)\}/g, (_, name2) => facts[name2] ?? `{${name2}}`);
}

// src/compilation/cycles.ts
function cycleIn(nodes, orders) {
  const behind2 = withoutFree(nodes, orders);
  return withoutFree(
    behind2,
    orders.map(([from, to]) => [to, from])
  );
}
function withoutFree(nodes, orders) {
  const left2 = new Set(nodes);
  const waiting = /* @__PURE__ */ new Map();
  const followers = /* @__PURE__ */ new Map();
  for (const [from, to] of orders) {
    if (!left2.has(from) || !left2.has(to)) continue;
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
    const known = followers.get(from);
    if (known === void 0) followers.set(from, [to]);
    else known.push(to);
  }
  const free = nodes.filter((node) => !waiting.has(node));
  for (let node = free.pop(); node !== void 0; node = free.pop()) {
    left2.delete(node);
    for (const follower of followers.get(node) ?? []) {
      const count = waiting.get(follower) - 1;
      waiting.set(follower, count);
      if (count === 0) free.push(follower);
    }
  }
  return nodes.filter((node) => left2.has(node));
}

// src/compilation/gifts.ts
var NOTHING = { values: /* @__PURE__ */ new Map(), unknown: [] };
function childrenOf(shape) {
  const children = shape.nodes.map(() => []);
  for (const [index, { parent, kind }] of shape.nodes.entries()) if (kind !== "retry") children[parent]?.push(index);
  return children;
}
function giftsOf(shape, children) {
  const given = shape.nodes.map(() => NOTHING);
  const tried = triedIn(shape);
  for (let index = shape.nodes.length - 1; index >= 0; index--) {
    const node = shape.nodes[index];
    const atom2 = tried.atoms[index];
    if (node.kind === "task") {
      given[index] = { values: new Map(node.provides.map((output) => [output, { from: "atom", atom: atom2, output }])), unknown: [] };
    } else if (node.kind === "flow") {
      const nodes = (children[index] ?? []).map((child) => placed(shape, child, given));
      const all = node.pattern === "choice" ? ofBranches(nodes, node) : ofAll(nodes, tried.values.get(index));
      given[index] = chosen(all, node.returns);
    }
  }
  return given;
}
function placed(shape, node, given) {
  const { rename, override } = shape.nodes[node];
  const values = [...given[node].values];
  return {
    node,
    override,
    values: values.map(([output, source]) => [Object.hasOwn(rename, output) ? rename[output] : output, source])
  };
}
function triedIn(shape) {
  let count = 0;
  const atoms2 = shape.nodes.map(({ kind }) => kind === "task" || kind === "retry" ? count++ : -1);
  const values = /* @__PURE__ */ new Map();
  for (const [index, node] of shape.nodes.entries()) {
    if (node.kind !== "retry" || node.provides.length === 0) continue;
    const atom2 = atoms2[index];
    values.set(
      node.parent,
      node.provides.map((output) => [output, { from: "atom", atom: atom2, output }])
    );
  }
  return { atoms: atoms2, values };
}
function ofAll(nodes, tried = []) {
  const all = new Map(tried);
  for (const { override, values } of nodes) {
    for (const [name2, source] of values) if (override || !all.has(name2)) all.set(name2, source);
  }
  return all;
}
function ofBranches(nodes, { choice }) {
  const of = /* @__PURE__ */ new Map();
  for (const { values } of nodes) {
    for (const [name2, source] of new Map(values)) {
      const known = of.get(name2);
      if (known === void 0) of.set(name2, [source]);
      else known.push(source);
    }
  }
  const certain = (sources) => choice?.kind === "switch" && sources.length === nodes.length && sources.every((source) => source.from !== "branch" || source.certain);
  return new Map([...of].map(([name2, sources]) => [name2, { from: "branch", of: sources, certain: certain(sources) }]));
}
function chosen(all, returns) {
  if (returns === void 0) return { values: all, unknown: [] };
  const values = /* @__PURE__ */ new Map();
  const unknown = [];
  for (const name2 of returns) {
    const source = all.get(name2);
    if (source === void 0) unknown.push(name2);
    else values.set(name2, source);
  }
  return { values, unknown };
}

// src/compilation/inferred-order.ts
var InferredOrders = class {
  #shape;
  #children;
  #retries = /* @__PURE__ */ new Map();
  /** Whether optional inputs make an order, too. */
  #optionals;
  #needs = /* @__PURE__ */ new Map();
  #gives = /* @__PURE__ */ new Map();
  #inferred = /* @__PURE__ */ new Map();
  #befores = /* @__PURE__ */ new Map();
  constructor(shape, children, optionals) {
    this.#shape = shape;
    this.#children = children;
    this.#optionals = optionals;
    for (const [index, { kind, parent }] of shape.nodes.entries()) if (kind === "retry") this.#retries.set(parent, index);
    for (let index = shape.nodes.length - 1; index >= 0; index--) this.#describe(index);
  }
  /** Names that a node leaves for others, in the words of the flow that it is in. */
  gives(node) {
    return this.#gives.get(node) ?? NONE2;
  }
  inferred(graph2) {
    return this.#inferred.get(graph2) ?? { orders: [], ambiguous: NONE2 };
  }
  retryOf(flow) {
    return this.#retries.get(flow);
  }
  /** The siblings that a node sees, nearest first (R-8.7, R-8.8). */
  before(flow, node) {
    return this.#befores.get(flow)?.get(node) ?? [];
  }
  #describe(index) {
    const node = this.#shape.nodes[index];
    switch (node.kind) {
      case "task":
        this.#needs.set(index, needed([...node.requires, ...node.revertRequires], node, this.#optionals));
        this.#gives.set(index, renamed2(node.provides, node));
        return;
      case "retry":
        this.#needs.set(index, needed(node.requires, node, this.#optionals));
        this.#gives.set(index, new Set(node.provides));
        return;
      case "flow":
        this.#describeFlow(index, node);
    }
  }
  #describeFlow(index, node) {
    const children = this.#children[index] ?? [];
    const retry = this.#retries.get(index);
    const tried = retry === void 0 ? NONE2 : this.gives(retry);
    if (node.pattern === "graph") this.#inferred.set(index, this.#infer(children, tried));
    this.#befores.set(index, this.#order(index, node));
    const needs = new Set(retry === void 0 ? [] : this.#needs.get(retry));
    for (const child of children) {
      const before = this.before(index, child);
      for (const name2 of this.#needs.get(child) ?? []) {
        if (!tried.has(name2) && !before.some((sibling) => this.gives(sibling).has(name2))) needs.add(name2);
      }
    }
    const given = /* @__PURE__ */ new Set([...tried, ...children.flatMap((child) => [...this.gives(child)])]);
    this.#needs.set(index, new Set([...needs].filter((name2) => !node.inject.includes(name2)).map((name2) => node.rebind[name2] ?? name2)));
    this.#gives.set(index, renamed2(node.returns ?? [...given], node));
  }
  /** R-5.14. */
  #infer(nodes, tried) {
    const orders = [];
    const ambiguous = /* @__PURE__ */ new Set();
    const givers = /* @__PURE__ */ new Map();
    const waiting = /* @__PURE__ */ new Map();
    for (const node of nodes) {
      for (const name2 of this.#needs.get(node) ?? []) {
        if (tried.has(name2)) continue;
        const known = givers.get(name2) ?? [];
        if (known.length > 1) ambiguous.add(name2);
        else if (known[0] === void 0) waiting.set(name2, [...waiting.get(name2) ?? [], node]);
        else orders.push([known[0], node]);
      }
      for (const name2 of this.gives(node)) {
        givers.set(name2, [...givers.get(name2) ?? [], node]);
        const waiters = waiting.get(name2) ?? [];
        for (const waiter of waiters) if (waiter !== node) orders.push([node, waiter]);
        waiting.set(
          name2,
          waiters.filter((waiter) => waiter === node)
        );
      }
    }
    return { orders, ambiguous };
  }
  #order(index, { pattern, links: links2 }) {
    const children = this.#children[index] ?? [];
    if (pattern === "linear") return new Map(children.map((child, place) => [child, children.slice(0, place).reverse()]));
    if (pattern !== "graph") return /* @__PURE__ */ new Map();
    const named = new Map(children.map((child) => [this.#shape.nodes[child]?.name ?? "", child]));
    const linked2 = links2.flatMap(({ from, to }) => {
      const [first, then] = [named.get(from), named.get(to)];
      return first === void 0 || then === void 0 ? [] : [[first, then]];
    });
    return predecessors(children, [...this.inferred(index).orders, ...linked2]);
  }
};
var NONE2 = /* @__PURE__ */ new Set();
function needed(ports2, { inject, rebind }, optionals) {
  const names = ports2.filter(({ name: name2, optional }) => !inject.includes(name2) && (optionals || !optional));
  return new Set(names.map(({ name: name2 }) => rebind[name2] ?? name2));
}
function renamed2(names, { rename }) {
  return new Set(names.map((name2) => rename[name2] ?? name2));
}
function predecessors(nodes, orders) {
  const direct = new Map(nodes.map((node) => [node, new Set(orders.filter(([, to]) => to === node).map(([from]) => from))]));
  const sorted = inGenerations(nodes, orders);
  const place = new Map(sorted.map((node, index) => [node, index]));
  const all = /* @__PURE__ */ new Map();
  for (const node of sorted) {
    const own2 = [...direct.get(node) ?? []];
    all.set(node, new Set(own2.flatMap((from) => [from, ...all.get(from) ?? []])));
  }
  return new Map([...all].map(([node, before]) => [node, [...before].sort((a2, b2) => place.get(b2) - place.get(a2))]));
}
function inGenerations(nodes, orders) {
  const pairs = [...new Map(orders.map((order) => [order.join(), order])).values()];
  const waits = new Map(nodes.map((node) => [node, pairs.filter(([, to]) => to === node).length]));
  const sorted = [];
  let free = nodes.filter((node) => waits.get(node) === 0);
  while (free.length > 0) {
    sorted.push(...free);
    const next = [];
    for (const node of free) {
      for (const [, to] of pairs.filter(([from]) => from === node)) {
        const left2 = waits.get(to) - 1;
        waits.set(to, left2);
        if (left2 === 0) next.push(to);
      }
    }
    free = next;
  }
  return sorted;
}

// src/compilation/nearest-scope.ts
function nearestScopes(shape, children, compat) {
  const orders = new InferredOrders(shape, children, compat.optionalOrders);
  let count = 0;
  const atoms2 = shape.nodes.map(({ kind }) => kind === "task" || kind === "retry" ? count++ : -1);
  const provided = new Set(shape.nodes.flatMap((node, index) => node.kind === "flow" ? [] : [...orders.gives(index)]));
  return (flow, _, inputs) => {
    for (const name2 of flow.input.names ?? []) inputs.set(name2, { name: name2, optional: true });
    return new NearestScope({ shape, children, orders, compat, atoms: atoms2, provided, inputs }, flow, 0, void 0);
  };
}
var NearestScope = class _NearestScope {
  #around;
  #flow;
  #node;
  #outer;
  at = -1;
  constructor(around2, flow, node, outer) {
    this.#around = around2;
    this.#flow = flow;
    this.#node = node;
    this.#outer = outer;
  }
  inside(flow, _, node) {
    return new _NearestScope(this.#around, flow, node, this);
  }
  resolve(name2, optional) {
    const { compat, provided } = this.#around;
    const input = this.#input(name2, optional);
    const levels = this.#levels(name2).filter((level) => level.length > 0);
    if (levels.length === 0) {
      if (input !== void 0 || !optional || compat.optionalOrders || !provided.has(name2)) return input;
      return { from: "nearest", levels };
    }
    if (input === void 0) return { from: "nearest", levels };
    return { from: "nearest", levels: compat.injected === "wins" ? [[input], ...levels] : [...levels, [input]] };
  }
  /** Whoever provides it, level by level from here outwards, the nearest first in each. */
  #levels(name2) {
    const { orders, atoms: atoms2 } = this.#around;
    const retry = orders.retryOf(this.#node);
    const own2 = this.at < 0 ? [] : orders.before(this.#node, this.at).flatMap((sibling) => this.#providers(sibling, name2));
    if (this.at >= 0 && retry !== void 0 && orders.gives(retry).has(name2)) {
      own2.push({ from: "atom", atom: atoms2[retry], output: name2 });
    }
    if (this.#flow.inject.includes(name2)) return [own2, [{ from: "constant", node: this.#node, input: name2 }]];
    return this.#outer === void 0 ? [own2] : [own2, ...this.#outer.#levels(this.#flow.rebind[name2] ?? name2)];
  }
  /** Atoms in a node that provide a value, the last one first. */
  #providers(node, name2) {
    const { shape, children, orders, atoms: atoms2 } = this.#around;
    if (!orders.gives(node).has(name2)) return [];
    const { rename, kind } = shape.nodes[node];
    const [output = name2] = Object.entries(rename).find(([, renamed3]) => renamed3 === name2) ?? [];
    if (kind !== "flow") return [{ from: "atom", atom: atoms2[node], output }];
    const retry = orders.retryOf(node);
    const inside = [...children[node] ?? []].reverse().flatMap((child) => this.#providers(child, output));
    return retry === void 0 ? inside : [...inside, ...this.#providers(retry, output)];
  }
  /** What the run is given, if this flow may be given it. */
  #input(name2, optional) {
    if (this.#outer !== void 0) return this.#outer.#input(this.#flow.rebind[name2] ?? name2, optional);
    const { inputs } = this.#around;
    const { names, kind } = this.#flow.input;
    if (names === void 0 ? kind === "none" : !names.includes(name2)) return void 0;
    inputs.set(name2, { name: name2, optional: optional && (inputs.get(name2)?.optional ?? true) });
    return { from: "input", name: name2 };
  }
  takes() {
    return true;
  }
  define(name2) {
    return this.#around.orders.inferred(this.#node).ambiguous.has(name2) ? "SEVERAL_PROVIDERS" : void 0;
  }
  defineTried() {
    return true;
  }
  waits() {
    return this.#around.orders.inferred(this.#node).orders;
  }
};

// src/compilation/report-parts.ts
var DEPTHS = /* @__PURE__ */ new Set(["all", "flow", "neighbors", "atom"]);
function linksOf(flow, named, path, report) {
  const orders = [];
  for (const { from, to, decider, depth, unknownOptions } of flow.links) {
    const facts = { flow: flow.flow, from, to };
    for (const node of [from, to]) if (!named.has(node)) report("UNKNOWN_NODE", path, { flow: flow.flow, node });
    if (decider === "wrong") report("BAD_DECIDER", path, facts);
    if (depth !== void 0 && (decider === "none" || !DEPTHS.has(depth))) report("BAD_DEPTH", path, { ...facts, depth: String(depth) });
    for (const option of unknownOptions) report("UNKNOWN_OPTION", path, { flow: flow.flow, option });
    const [first, then] = [named.get(from), named.get(to)];
    if (first !== void 0 && then !== void 0) orders.push([first, then]);
  }
  return orders;
}
function reportChoice({ choice, name: name2 }, path, flow, report) {
  if (choice?.callable === false) report("BAD_CHOICE", path, { flow, node: name2 });
}
function reportNames(node, path, siblings, report) {
  const flow = siblings?.flow ?? node.name;
  for (const option of node.unknownOptions) report("UNKNOWN_OPTION", path, { flow, option });
  if (node.kind === "retry") return;
  if (typeof node.name !== "string" || node.name === "" || node.name.includes("/") || node.name.startsWith("(")) {
    report("NAME_INVALID", path, { node: String(node.name) });
  }
  if (siblings === void 0) return;
  if (siblings.names.has(node.name)) report("DUPLICATE_NODE", path, { flow, node: node.name });
  siblings.names.add(node.name);
}
function reportKeys(node, path, takes, report) {
  for (const key of Object.keys(node.rebind)) if (!takes(key)) report("UNKNOWN_INPUT", path, { value: key, option: "rebind" });
  for (const key of node.inject) if (!takes(key)) report("UNKNOWN_INPUT", path, { value: key, option: "inject" });
}
function reportContinues({ flow, version, continues: continues2 = [] }, path, report) {
  const wrong = continues2.filter((older) => !(Number.isInteger(older) && older >= 1 && older < version));
  for (const older of wrong) report("BAD_CONTINUES", path, { flow, value: String(older) });
}

// src/compilation/report-retries.ts
var OTHERWISE = /* @__PURE__ */ new Set([void 0, "REVERT", "REVERT_ALL", "REVERT_LOCAL"]);
function reportRetry({ policy, provides }, path, flow, report) {
  if (policy.kind === "times") reportAttempts(policy.attempts, path, report);
  if (policy.kind === "forEach" && policy.count === 0) report("RETRY_WITHOUT_VALUES", path, { flow, value: provides.join(", ") });
  if (policy.kind === "own" && !policy.declared) report("RETRY_UNDECLARED", path, { flow, retry: policy.name });
  if ("backoff" in policy) reportBackoff(policy.backoff, flow, path, report);
  if ("otherwise" in policy && !OTHERWISE.has(policy.otherwise)) report("BAD_OTHERWISE", path, { flow, value: String(policy.otherwise) });
}
function reportRevertRetry({ revertRetry, name: name2 }, path, flow, report) {
  if (revertRetry === void 0) return;
  reportAttempts(revertRetry.attempts, path, report);
  reportBackoff(revertRetry.backoff, name2, path, report);
  for (const option of revertRetry.unknownOptions) report("UNKNOWN_OPTION", path, { flow, option });
}
function reportAttempts(attempts, path, report) {
  if (!(Number.isInteger(attempts) && attempts >= 1)) report("BAD_ATTEMPTS", path, { value: String(attempts) });
}
var LEAST = { delayMs: 0, factor: 1, maxMs: 0, jitter: 0 };
function reportBackoff(backoff, node, path, report) {
  if (backoff === void 0) return;
  for (const option of ["delayMs", "factor", "maxMs", "jitter"]) {
    const value = backoff[option];
    const makesSense = Number.isFinite(value) && value >= LEAST[option] && !(option === "jitter" && value > 1);
    if (!makesSense) report("BAD_BACKOFF", path, { node, option, value: String(value) });
  }
}

// src/compilation/scope.ts
var PlainScope = class _PlainScope {
  #values = /* @__PURE__ */ new Map();
  /** What has been given so far that nobody in this flow sees. */
  #hidden = /* @__PURE__ */ new Set();
  #flow;
  #border;
  /** Names that this flow takes from outside: they are taken for its own outputs. */
  #taken;
  /** Names that this flow looked for outside, found or not. */
  #asked = /* @__PURE__ */ new Set();
  /** Of a flow whose order is not that of its nodes: name → nodes that give it. */
  #givers;
  #waits = [];
  at = -1;
  /** What was found outside before: nested flows that read the same ask each scope once. */
  #known = /* @__PURE__ */ new Map();
  constructor(flow, gifts, border) {
    this.#flow = flow;
    this.#border = border;
    this.#taken = new Set(flow.input.names);
    this.#givers = giversOf(gifts);
  }
  static root(flow, gifts, inputs) {
    for (const name2 of flow.input.names ?? []) inputs.set(name2, { name: name2, optional: true });
    return new _PlainScope(flow, gifts, { inputs });
  }
  inside(flow, gifts, node) {
    return new _PlainScope(flow, gifts, { outer: this, node });
  }
  /** Goes outwards step by step, without a stack: flows may be nested as deep as memory allows. */
  resolve(name2, optional) {
    const passed = [];
    let step = { scope: this, name: name2 };
    while ("scope" in step) {
      const inside = step.scope.#inside(step.name, optional);
      if (inside !== void 0) {
        step = { found: inside };
      } else {
        passed.push(step);
        step = step.scope.#outwards(step.name, optional);
      }
    }
    for (const { scope, name: name3 } of passed) scope.#take(name3, optional, step.found);
    return step.found;
  }
  #inside(name2, optional) {
    return this.#values.get(name2) ?? this.#fromSiblings(name2, optional) ?? this.#known.get(keyOf(name2, optional));
  }
  #outwards(name2, optional) {
    if (!mayRead(this.#flow, name2)) return { found: void 0 };
    this.#asked.add(name2);
    const border = this.#border;
    if ("inputs" in border) {
      const known = border.inputs.get(name2);
      border.inputs.set(name2, { name: name2, optional: optional && (known?.optional ?? true) });
      return { found: { from: "input", name: name2 } };
    }
    const { inject, rebind } = this.#flow;
    if (inject.includes(name2)) return { found: { from: "constant", node: border.node, input: name2 } };
    return { scope: border.outer, name: Object.hasOwn(rebind, name2) ? rebind[name2] : name2 };
  }
  /** Notes what was found outside under this name. */
  #take(name2, optional, found) {
    if (found === void 0 || found.from === "sibling") return;
    this.#known.set(keyOf(name2, optional), found);
    if (!(optional && erased(this.#flow))) this.#taken.add(name2);
  }
  #fromSiblings(name2, optional) {
    const givers = this.#givers.get(name2);
    if (givers === void 0) return void 0;
    switch (this.#flow.pattern) {
      case "graph": {
        const giver = givers[0];
        this.#waits.push([giver.node, this.at]);
        return giver.source;
      }
      case "unordered": {
        const other = givers.find(({ node, override }) => node !== this.at && !override && (!optional || node < this.at));
        return other && { from: "sibling", flow: this.#flow.flow };
      }
      default:
        return void 0;
    }
  }
  takes(name2) {
    const { input } = this.#flow;
    if (input.names !== void 0) return input.names.includes(name2);
    return this.#asked.has(name2) || erased(this.#flow);
  }
  define(name2, source, override) {
    const { pattern } = this.#flow;
    if (pattern === "choice") return void 0;
    if (pattern === "graph" && (this.#givers.get(name2)?.length ?? 0) > 1) return "SEVERAL_PROVIDERS";
    if ((!override || pattern === "graph") && (this.#values.has(name2) || this.#taken.has(name2) || this.#hidden.has(name2))) {
      return "ALREADY_PROVIDED";
    }
    if (pattern === "linear") this.#values.set(name2, source);
    else this.#hidden.add(name2);
    return void 0;
  }
  defineTried(name2, source) {
    if (this.#taken.has(name2)) return false;
    this.#values.set(name2, source);
    return true;
  }
  waits() {
    return this.#waits;
  }
};
function keyOf(name2, optional) {
  return optional ? `${name2}?` : name2;
}
function giversOf(gifts) {
  const givers = /* @__PURE__ */ new Map();
  for (const { node, override, values } of gifts) {
    for (const [name2, source] of values) {
      const known = givers.get(name2);
      if (known === void 0) givers.set(name2, [{ node, source, override }]);
      else if (known[known.length - 1]?.node !== node) known.push({ node, source, override });
    }
  }
  return givers;
}
function mayRead({ input, mode }, name2) {
  if (input.names !== void 0) return input.names.includes(name2);
  return mode === "open" || input.kind !== "none";
}
function erased({ input, mode }) {
  return mode !== "open" && input.kind !== "none" && input.names === void 0;
}

// src/compilation/link.ts
function link(shape, compat = STANDARD) {
  return new Linker(shape, compat).link();
}
var Linker = class {
  #shape;
  #children;
  #given;
  #rootScope;
  #atoms = [];
  #until = /* @__PURE__ */ new Map();
  #inputs = /* @__PURE__ */ new Map();
  #orders = /* @__PURE__ */ new Map();
  #reads = /* @__PURE__ */ new Map();
  #diagnostics = [];
  /** Outputs that could not be added where they are given: no reason to complain of them again further out. */
  #refused = /* @__PURE__ */ new Set();
  /** The flows around the node that is being visited, outermost first. */
  #stack = [];
  constructor(shape, compat) {
    this.#shape = shape;
    this.#children = childrenOf(shape);
    this.#rootScope = compat.shadowing === "nearest" ? nearestScopes(shape, this.#children, compat) : PlainScope.root;
    this.#given = giftsOf(shape, this.#children);
  }
  link() {
    for (const [index, node] of this.#shape.nodes.entries()) this.#visit(index, node);
    while (this.#stack.length > 0) this.#leave(this.#stack.pop());
    return {
      atoms: this.#atoms,
      until: this.#until,
      inputs: [...this.#inputs.values()],
      results: this.#given[0]?.values ?? /* @__PURE__ */ new Map(),
      children: this.#children,
      given: this.#given,
      orders: this.#orders,
      reads: this.#reads,
      diagnostics: this.#diagnostics
    };
  }
  #report = (code, path, facts, severity = "error") => {
    this.#diagnostics.push({ code, severity, path, message: sentence(code, facts) });
  };
  #visit(index, node) {
    while (this.#stack.length > 0 && this.#stack.at(-1)?.node !== node.parent) this.#leave(this.#stack.pop());
    const frame = this.#stack.at(-1);
    const path = frame === void 0 ? node.name : `${frame.path}/${node.name}`;
    if (frame !== void 0) frame.scope.at = node.kind === "retry" ? -1 : index;
    reportNames(node, path, frame && { flow: frame.shape.flow, names: frame.names }, this.#report);
    if (node.kind === "flow") this.#enterFlow(index, node, path, frame);
    else if (node.kind === "unknown") this.#report("NOT_A_NODE", path, { flow: frame?.shape.flow ?? node.name });
    else if (frame === void 0) return;
    else if (node.kind === "retry") this.#addRetry(index, node, path, frame);
    else this.#addTask(index, node, path, frame);
  }
  #enterFlow(index, node, path, outer) {
    if (outer !== void 0 && node.input.kind === "schema") this.#report("NESTED_SCHEMA", path, { node: node.flow });
    reportContinues(node, path, this.#report);
    const children = node.pattern === "linear" ? [] : this.#children[index] ?? [];
    const gifts = children.map((child) => placed(this.#shape, child, this.#given));
    const scope = outer === void 0 ? this.#rootScope(node, gifts, this.#inputs) : outer.scope.inside(node, gifts, index);
    this.#stack.push({ node: index, shape: node, path, scope, names: /* @__PURE__ */ new Set(), governor: outer?.governor ?? -1, ownRetry: -1 });
    if (outer === void 0 || node.choice === void 0) return;
    reportChoice(node, path, outer.shape.flow, this.#report);
    this.#reads.set(index, this.#readsOf(outer, node.choice.reads, path));
  }
  #leave(frame) {
    if (frame.ownRetry >= 0) this.#until.set(frame.ownRetry, this.#atoms.length);
    if (frame.shape.pattern === "graph") this.#order(frame);
    for (const name2 of this.#given[frame.node]?.unknown ?? []) {
      this.#report("UNKNOWN_RETURN", frame.path, { flow: frame.shape.flow, value: String(name2) });
    }
    const outer = this.#stack.at(-1);
    if (outer === void 0) return;
    reportKeys(frame.shape, frame.path, (name2) => frame.scope.takes(name2), this.#report);
    this.#provide(outer, frame.node, frame.shape, frame.path);
  }
  /** Who waits for whom in a graph: by the values that its nodes read, and by its links. */
  #order({ node, shape: flow, path, scope }) {
    const nodes = this.#children[node] ?? [];
    const nameOf2 = (child) => this.#shape.nodes[child]?.name ?? "";
    const named = new Map(nodes.map((child) => [nameOf2(child), child]));
    if (flow.target !== void 0 && !named.has(flow.target)) this.#report("UNKNOWN_TARGET", path, { flow: flow.flow, node: flow.target });
    const all = [...scope.waits(), ...linksOf(flow, named, path, this.#report)];
    const cycle = cycleIn(nodes, all);
    if (cycle.length > 0) this.#report("CYCLE", path, { flow: flow.flow, nodes: cycle.map(nameOf2).join("', '") });
    this.#orders.set(node, all);
  }
  #addRetry(index, node, path, frame) {
    reportRetry(node, path, frame.shape.flow, this.#report);
    const inputs = {};
    for (const { name: name2, optional } of node.requires) {
      const source = this.#find(frame, path, name2, optional);
      if (source !== void 0) inputs[name2] = source;
    }
    const atom2 = this.#atoms.push({ node: index, path, governor: frame.governor, inputs, revertInputs: inputs }) - 1;
    frame.ownRetry = frame.governor = atom2;
    for (const output of node.provides) {
      if (frame.scope.defineTried(output, { from: "atom", atom: atom2, output })) continue;
      this.#report("RETRY_VALUE_TAKEN", path, { flow: frame.shape.flow, value: output });
    }
  }
  #addTask(index, node, path, frame) {
    const ports2 = [...node.requires, ...node.revertRequires];
    reportKeys(node, path, (name2) => ports2.some((port2) => port2.name === name2), this.#report);
    reportRevertRetry(node, path, frame.shape.flow, this.#report);
    if (!node.named) this.#report("CLASS_NAME_USED", path, { task: node.task }, "warning");
    const inputs = this.#bind(frame, index, node, path, node.requires);
    const revertOnly = this.#bind(frame, index, node, path, node.revertRequires);
    const revertInputs = node.revertRequires.length === 0 ? inputs : { ...inputs, ...revertOnly };
    this.#atoms.push({ node: index, path, governor: frame.governor, inputs, revertInputs });
    this.#provide(frame, index, node, path);
  }
  /** Adds what a node gives to its flow. */
  #provide(frame, index, node, path) {
    for (const renamed3 of Object.keys(node.rename)) {
      if (this.#given[index]?.values.has(renamed3) !== true) this.#report("UNKNOWN_OUTPUT", path, { value: renamed3 });
    }
    for (const [name2, source] of placed(this.#shape, index, this.#given).values) {
      if (this.#refused.has(source)) continue;
      const wrong = frame.scope.define(name2, source, node.override);
      if (wrong === void 0) continue;
      this.#refused.add(source);
      this.#report(wrong, path, { flow: frame.shape.flow, value: name2 });
    }
  }
  #bind(frame, index, node, path, ports2) {
    const bindings = {};
    for (const { name: name2, optional } of ports2) {
      if (node.inject.includes(name2)) {
        bindings[name2] = { from: "constant", node: index, input: name2 };
        continue;
      }
      const value = Object.hasOwn(node.rebind, name2) ? node.rebind[name2] : name2;
      const source = this.#find(frame, path, value, optional);
      if (source !== void 0) bindings[name2] = source;
    }
    return bindings;
  }
  #readsOf(frame, names, path) {
    const bindings = {};
    for (const name2 of names) {
      const source = this.#find(frame, path, name2, frame.scope.resolve(name2, true)?.from === "branch");
      if (source !== void 0) bindings[name2] = source;
    }
    return bindings;
  }
  /** The source of one value, unless it has none: then that is said, where it must be there. */
  #find(frame, path, value, optional) {
    const { flow, pattern } = frame.shape;
    const found = frame.scope.resolve(value, optional);
    if (found?.from === "sibling") {
      this.#report("SIBLING_VALUE", path, { flow: found.flow, value });
      return void 0;
    }
    if (found === void 0 && !optional) this.#report(pattern === "graph" ? "NOT_PROVIDED" : "MISSING_VALUE", path, { flow, value });
    if (found?.from === "branch" && !found.certain && !optional) this.#report("MAYBE_ABSENT", path, { flow, value });
    return found;
  }
};

// src/compilation/manifest.ts
function manifestOf(shape, linked2) {
  const root = shape.nodes[0];
  const flows = flowsIn(shape);
  return {
    flow: root?.name ?? "",
    version: root?.kind === "flow" ? root.version : 1,
    atoms: linked2.atoms.map((atom2) => ({
      path: atom2.path,
      ...details(shape.nodes[atom2.node]),
      inputs: Object.fromEntries(Object.entries(atom2.revertInputs).map(([input, source]) => [input, sourceText(source, linked2)]))
    })),
    ...flows.length === 0 ? {} : { flows },
    results: Object.fromEntries([...linked2.results].map(([name2, source]) => [name2, sourceText(source, linked2)]))
  };
}
function details(node) {
  switch (node.kind) {
    case "retry":
      return { kind: "retry", policy: policyText(node) };
    case "task":
      return {
        kind: "task",
        provides: node.provides,
        keeps: node.keeps,
        reverts: node.hasRevert,
        // Left out where it says nothing: runs that were stored before tasks had versions keep their fingerprint.
        ...node.version === 1 ? {} : { version: node.version }
      };
    default:
      return { kind: node.kind };
  }
}
function policyText({ policy, requires, provides }) {
  const { kind } = policy;
  if (kind === "times") return { kind, attempts: policy.attempts };
  return {
    kind,
    ...kind === "own" ? { name: policy.name } : {},
    ...requires.length === 0 ? {} : { requires: requires.map(({ name: name2, optional }) => optional ? `${name2}?` : name2) },
    ...provides.length === 0 ? {} : { provides }
  };
}
function flowsIn(shape) {
  const paths = [];
  const flows = [];
  for (const node of shape.nodes) {
    const path = node.parent < 0 ? node.name : `${paths[node.parent]}/${node.name}`;
    paths.push(path);
    if (node.kind !== "flow" || node.pattern === "linear") continue;
    const links2 = node.links.map(({ from, to, decider, depth = "all" }) => [from, to, ...decider === "none" ? [] : [depth]]);
    flows.push({ path, pattern: node.pattern, ...links2.length === 0 ? {} : { links: links2 } });
  }
  return flows;
}
function sourceText(source, linked2) {
  switch (source.from) {
    case "input":
      return `input ${source.name}`;
    case "constant":
      return "constant";
    case "atom":
      return `${linked2.atoms[source.atom]?.path ?? "?"} ${source.output}`;
    case "nearest":
      return `nearest of ${source.levels.map((level) => level.map((one) => sourceText(one, linked2)).join(", ")).join(" | ")}`;
    case "branch":
      return `${source.certain ? "one" : "at most one"} of ${source.of.map((one) => sourceText(one, linked2)).join(", ")}`;
  }
}

// src/compilation/target.ts
function targeted(described, compat) {
  let left2 = described;
  for (let index = described.shape.nodes.length - 1; index >= 0; index--) {
    const flow = left2.shape.nodes[index];
    if (flow.kind === "flow" && flow.target !== void 0) left2 = restricted(left2, index, flow, flow.target, compat);
  }
  return left2;
}
function restricted(described, index, flow, target, compat) {
  const { nodes } = described.shape;
  const linked2 = link(described.shape, compat);
  const children = linked2.children[index] ?? [];
  const node = children.find((child) => nodes[child]?.name === target);
  if (node === void 0) return described;
  const needed2 = neededBy(node, linked2, index);
  const dropped = new Set(children.filter((child) => !needed2.has(child)));
  const gone2 = new Set([...dropped].map((child) => nodes[child]?.name));
  const returns = flow.returns?.filter((name2) => !onlyFrom(dropped, name2, described, linked2, index));
  const links2 = flow.links.filter(({ from, to }) => !gone2.has(from) && !gone2.has(to));
  const { target: _, ...whole } = flow;
  return without(dropped, index, { ...whole, links: links2, ...returns === void 0 ? {} : { returns } }, described);
}
function neededBy(node, linked2, graph2) {
  const needed2 = /* @__PURE__ */ new Set([node]);
  const orders = linked2.orders.get(graph2) ?? [];
  for (const next of needed2) for (const [from, to] of orders) if (to === next) needed2.add(from);
  return needed2;
}
function onlyFrom(dropped, name2, { shape }, linked2, graph2) {
  const givers = (linked2.children[graph2] ?? []).filter(
    (child) => placed(shape, child, linked2.given).values.some(([given]) => given === name2)
  );
  return givers.length > 0 && givers.every((giver) => dropped.has(giver));
}
function without(dropped, index, flow, described) {
  const { nodes } = described.shape;
  const places = [];
  const kept = [];
  for (const [node, { parent }] of nodes.entries()) {
    const stays = !dropped.has(node) && (parent < 0 || places[parent] >= 0);
    places.push(stays ? kept.push(node) - 1 : -1);
  }
  const placeOf = (node) => ({ ...node, parent: node.parent < 0 ? -1 : places[node.parent] });
  return {
    shape: { nodes: kept.map((node) => placeOf(node === index ? flow : nodes[node])) },
    origins: kept.map((node) => described.origins[node]),
    placements: kept.map((node) => described.placements[node])
  };
}

// src/compilation/compile.ts
var compiledFlows = /* @__PURE__ */ new WeakMap();
function compile(definition, compat = STANDARD) {
  const known = compiledFlows.get(definition) ?? /* @__PURE__ */ new Map();
  let compiled = known.get(compat);
  if (compiled === void 0) {
    compiled = compileAnew(definition, compat);
    compiledFlows.set(definition, known.set(compat, compiled));
  }
  return compiled;
}
function compileAnew(definition, compat) {
  const { shape, origins, placements } = targeted(describe(definition), compat);
  const linked2 = link(shape, compat);
  const errors = linked2.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new FlowDefinitionError(definition.name, errors);
  const atoms2 = linked2.atoms.map(({ node, path, governor, inputs, revertInputs }, index) => {
    const kind = shape.nodes[node]?.kind;
    if (kind === "retry") {
      const until = linked2.until.get(index) ?? index + 1;
      const retry = origins[node];
      return { kind, index, path, governor, priority: 0, retry, until, inputs, outputs: retry.kind === "own" ? retry.provides : [] };
    }
    const task = origins[node];
    const { outputs, revertPorts } = portsOf3(task);
    return { kind: "task", index, path, governor, priority: task.priority, task, inputs, revertInputs, outputs, revertPorts };
  });
  const manifest = manifestOf(shape, linked2);
  const ordered = executionGraph(shape, linked2.children, linked2.orders);
  const deciders = decidersOf(shape, linked2, ordered, origins);
  return Object.freeze({
    name: definition.name,
    version: definition.version,
    continues: definition.continues ?? [],
    fingerprint: digest(canonicalText(manifest)),
    atoms: atoms2,
    graph: ordered.graph,
    ...deciders.length === 0 ? {} : { deciders },
    inputs: linked2.inputs,
    inputsKnown: definition.input.kind === "none" || definition.input.kind === "typed" && definition.input.names !== void 0,
    inputSchema: definition.input.kind === "schema" ? definition.input.schema : void 0,
    results: linked2.results,
    manifest,
    warnings: linked2.diagnostics,
    constant: constantsOf(placements),
    compat
  });
}
var ports = /* @__PURE__ */ new WeakMap();
function portsOf3(task) {
  let known = ports.get(task);
  if (known === void 0) {
    const { requires, revertRequires, provides, keeps } = task;
    known = {
      outputs: keeps.length === 0 ? provides : [...provides, ...keeps],
      revertPorts: revertRequires.length === 0 ? requires : [...requires, ...revertRequires]
    };
    ports.set(task, known);
  }
  return known;
}
function constantsOf(placements) {
  const injected = new Map(placements.flatMap(({ inject }, node) => Object.keys(inject).length === 0 ? [] : [[node, inject]]));
  return (node, input) => injected.get(node)?.[input];
}

// src/compilation/drawing.ts
function drawingOf(definition) {
  const { shape } = targeted(describe(definition));
  const linked2 = link(shape);
  const contents = shape.nodes.map(() => []);
  const drawings = [];
  for (let index = shape.nodes.length - 1; index >= 0; index--) {
    const node = shape.nodes[index];
    const drawing = drawingOfNode(node, index, contents[index]);
    drawings[index] = drawing;
    contents[node.parent]?.unshift(drawing);
  }
  return { root: drawings[0], arrows: [...valuesIn(linked2), ...ordersIn(shape.nodes, linked2)] };
}
var idOf = (index) => `n${index}`;
function drawingOfNode(node, index, content) {
  const id = idOf(index);
  switch (node.kind) {
    case "flow":
      return { kind: "flow", id, label: flowLabel(node), content };
    case "retry":
      return { kind: "retry", id, label: retryLabel(node) };
    default:
      return { kind: node.kind, id, label: node.name };
  }
}
function flowLabel({ name: name2, pattern, choice }) {
  if (choice === void 0) return pattern === "linear" ? name2 : `${name2} (${pattern})`;
  return `${name2} (${choice.kind}${choice.reads.length === 0 ? "" : ` by ${choice.reads.join(", ")}`})`;
}
function retryLabel({ policy, requires, provides }) {
  switch (policy.kind) {
    case "times":
      return `times(${policy.attempts})`;
    case "forEach":
      return `forEach ${provides.join(", ")}`;
    case "forEachOf":
      return `forEach ${provides.join(", ")} of ${requires.map(({ name: name2 }) => name2).join(", ")}`;
    case "own":
      return policy.name;
    default:
      return policy.kind;
  }
}
function valuesIn(linked2) {
  const names = /* @__PURE__ */ new Map();
  for (const atom2 of linked2.atoms) {
    for (const source of Object.values(atom2.revertInputs)) {
      for (const { from, output } of atomsIn(source, linked2)) {
        const pair = `${idOf(from)} ${idOf(atom2.node)}`;
        names.set(pair, (names.get(pair) ?? /* @__PURE__ */ new Set()).add(output));
      }
    }
  }
  return [...names].map(([pair, outputs]) => {
    const [from, to] = pair.split(" ");
    return { from, to, label: [...outputs].join(", "), solid: true };
  });
}
function atomsIn(source, linked2) {
  switch (source.from) {
    case "atom":
      return [{ from: linked2.atoms[source.atom]?.node ?? 0, output: source.output }];
    case "branch":
      return source.of.flatMap((one) => atomsIn(one, linked2));
    default:
      return [];
  }
}
function ordersIn(nodes, linked2) {
  return nodes.flatMap((node, index) => {
    if (node.kind !== "flow") return [];
    const children = linked2.children[index] ?? [];
    if (node.pattern === "linear") {
      return children.slice(1).map((child, at) => ({ from: idOf(children[at]), to: idOf(child), label: "", solid: false }));
    }
    const named = new Map(children.map((child) => [nodes[child]?.name, child]));
    return node.links.flatMap(({ from, to, decider, depth = "all" }) => {
      const [first, then] = [named.get(from), named.get(to)];
      if (first === void 0 || then === void 0) return [];
      return { from: idOf(first), to: idOf(then), label: decider === "none" ? "" : `if decided (${depth})`, solid: false };
    });
  });
}

// src/compilation/render.ts
function toMermaid(definition) {
  const lines = ["flowchart TD"];
  const { root, arrows } = drawingOf(definition);
  walk(root, (item, depth, isEnd) => lines.push(`${"  ".repeat(depth + 1)}${isEnd ? "end" : mermaidLine(item)}`));
  for (const { from, to, label, solid } of arrows) {
    const text = label === "" ? "" : `|"${mermaidText(label)}"|`;
    lines.push(`  ${from} ${solid ? "-->" : "-.->"}${text} ${to}`);
  }
  return `${lines.join("\n")}
`;
}
function mermaidLine({ kind, id, label }) {
  switch (kind) {
    case "flow":
      return `subgraph ${id}["${mermaidText(label)}"]`;
    case "task":
      return `${id}["${mermaidText(label)}"]`;
    case "retry":
      return `${id}{{"${mermaidText(label)}"}}`;
    case "unknown":
      return `${id}>"${mermaidText(label)}"]`;
  }
}
function walk(root, visit) {
  const waiting = [{ item: root, depth: 0, isEnd: false }];
  for (let next = waiting.pop(); next !== void 0; next = waiting.pop()) {
    const { item, depth, isEnd } = next;
    visit(item, depth, isEnd);
    if (item.kind !== "flow" || isEnd) continue;
    waiting.push({ item, depth, isEnd: true });
    for (let at = item.content.length - 1; at >= 0; at--)
      waiting.push({ item: item.content[at], depth: depth + 1, isEnd: false });
  }
}
function toDot(definition) {
  const lines = ["digraph {", "  compound=true;", "  node [shape=box];"];
  const anchors = /* @__PURE__ */ new Map();
  const { root, arrows } = drawingOf(definition);
  const open2 = [];
  walk(root, (item, depth, isEnd) => {
    const indent = "  ".repeat(depth + 1);
    if (item.kind !== "flow") {
      const shape = item.kind === "retry" ? ", shape=hexagon" : item.kind === "unknown" ? ", style=dashed" : "";
      lines.push(`${indent}${item.id} [label=${dotText(item.label)}${shape}];`);
      anchors.set(item.id, item.id);
      for (let at = open2.length - 1; at >= 0 && !anchors.has(open2[at]); at--) anchors.set(open2[at], item.id);
    } else if (!isEnd) {
      lines.push(`${indent}subgraph cluster_${item.id} {`, `${indent}  label=${dotText(item.label)};`);
      open2.push(item.id);
    } else {
      open2.pop();
      if (!anchors.has(item.id)) {
        anchors.set(item.id, item.id);
        lines.push(`${indent}  ${item.id} [shape=point];`);
      }
      lines.push(`${indent}}`);
    }
  });
  for (const { from, to, label, solid } of arrows) {
    const [tail, head] = [anchors.get(from) ?? from, anchors.get(to) ?? to];
    const said = [
      ...label === "" ? [] : [`label=${dotText(label)}`],
      ...solid ? [] : ["style=dashed"],
      // Those of a flow are cut off at its border.
      ...tail === from ? [] : [`ltail=cluster_${from}`],
      ...head === to ? [] : [`lhead=cluster_${to}`]
    ];
    lines.push(`  ${tail} -> ${head}${said.length === 0 ? "" : ` [${said.join(", ")}]`};`);
  }
  return `${lines.join("\n")}
}
`;
}
function mermaidText(text) {
  return text.replace(/[&"<>#;\n]/g, (char) => `#${char.charCodeAt(0)};`);
}
function dotText(text) {
  return JSON.stringify(text);
}

// src/app/flowproof.ts
import { randomUUID } from "node:crypto";

// src/engine/values.ts
function inputsOf(run2, path, ports2, sources) {
  const inputs = {};
  for (const { name: name2, optional } of ports2) {
    const source = sources[name2];
    const stored = source === void 0 ? void 0 : storedValue(run2, source, run2.codec);
    if (stored !== void 0) inputs[name2] = run2.codec.decode(stored);
    else if (!optional || source?.from === "nearest") throw absent(path, name2);
  }
  return inputs;
}
function absent(path, name2) {
  const error = new Error(`'${path}' needs '${name2}', which was not produced`);
  return Object.assign(error, { name: "TaskContractError", code: "VALUE_ABSENT" });
}
function storedValue(run2, source, codec) {
  switch (source.from) {
    case "input":
      return ownEntry(run2.status.creation.inputs, source.name);
    case "constant":
      return codec.encode(run2.flow.constant(source.node, source.input));
    case "atom":
      return outputOf(run2.status, source.atom, source.output);
    case "branch":
      for (const branch of source.of) {
        const stored = storedValue(run2, branch, codec);
        if (stored !== void 0) return stored;
      }
      return void 0;
    case "nearest":
      return nearestValue(run2, source.levels, codec);
  }
}
function nearestValue(run2, levels, codec) {
  for (const level of levels) {
    const open2 = level.filter((source) => !isAbsent(run2, source));
    if (open2.length === 0) continue;
    for (const source of open2) {
      const stored = storedValue(run2, source, codec);
      if (stored !== void 0) return stored;
    }
    return void 0;
  }
  return void 0;
}
function isAbsent({ status }, source) {
  if (source.from === "input") return !Object.hasOwn(status.creation.inputs, source.name);
  return source.from === "atom" && status.atoms[source.atom]?.state === "IGNORE";
}
function outputOf(status, atom2, output) {
  const result = status.atoms[atom2]?.result;
  return result === void 0 ? void 0 : ownEntry(result, output);
}
function ownEntry(record, key) {
  return Object.hasOwn(record, key) ? record[key] : void 0;
}

// src/engine/compatibility.ts
function continuationOf(flow, status) {
  const stored = atomsIn2(status.manifest);
  const places = new Map(stored.map(({ path }, place) => [path, place]));
  const from = flow.atoms.map(({ path }) => places.get(path) ?? -1);
  const { version, fingerprint, manifest } = flow;
  const report = [
    ...versions(flow, status),
    ...flow.atoms.flatMap((atom2, index) => changed(atom2, stored[from[index]], status.atoms[from[index]])),
    ...gone(stored, new Set(flow.atoms.map(({ path }) => path)), status.atoms)
  ];
  return { change: { version, fingerprint, manifest, from }, report };
}
function missingValues(flow, status) {
  const report = [];
  for (const [index, atom2] of flow.atoms.entries()) {
    const { state, intention: intention2 } = status.atoms[index];
    const needed2 = state === "PENDING" && intention2 === "EXECUTE" ? forward(atom2) : mayBeUndone(state) ? back(atom2) : {};
    for (const [input, source] of Object.entries(needed2)) {
      if (isGiven(flow, status, source)) continue;
      report.push(`'${atom2.path}' needs '${input}', which was not stored when its provider ran`);
    }
  }
  return report;
}
function atomsIn2(manifest) {
  const atoms2 = isJsonObject(manifest) ? manifest.atoms : void 0;
  if (atoms2 === void 0 || !isJsonArray(atoms2)) return [];
  return atoms2.filter(isJsonObject).map(({ path, kind, version, reverts }) => ({
    path: typeof path === "string" ? path : "",
    kind,
    version,
    reverts: reverts === true
  }));
}
function atomsOf({ manifest, fingerprint }, began) {
  if (fingerprint === began.fingerprint) return began.atoms;
  return atomsIn2(manifest).map(({ path, kind }) => [path, kind === "retry" ? "retry" : "task"]);
}
function versions({ version, continues: continues2 }, { manifest, creation: creation2 }) {
  const stored = isJsonObject(manifest) && typeof manifest.version === "number" ? manifest.version : creation2.version;
  if (stored === version || continues2.includes(stored)) return [];
  return [`the run is one of version ${stored}; this code has version ${version}, which does not say that it continues ${stored}`];
}
function changed(atom2, before, status) {
  if (before === void 0 || status === void 0 || status.round === 0) return [];
  if (before.kind !== atom2.kind) return [`'${atom2.path}' was a ${String(before.kind)} when it began, and is a ${atom2.kind} now`];
  if (atom2.kind !== "task" || (before.version ?? 1) === atom2.task.version) return [];
  return [`'${atom2.path}' began in version ${String(before.version ?? 1)}, and is version ${atom2.task.version} now`];
}
function gone(stored, present, atoms2) {
  return stored.flatMap(({ path, kind, reverts }, place) => {
    const state = atoms2[place]?.state ?? "PENDING";
    if (present.has(path) || !mayBeUndone(state)) return [];
    const isUnderWay = state !== "SUCCESS";
    if (!isUnderWay && !reverts && kind === "task") return [];
    return [`'${path}' is ${state}, and is not in this code: nobody could ${isUnderWay ? "finish or undo" : "undo"} it`];
  });
}
function mayBeUndone(state) {
  return state !== "PENDING" && state !== "REVERTED" && state !== "IGNORE";
}
function forward(atom2) {
  if (atom2.kind === "retry") return atom2.inputs;
  return onlyRequired(atom2.inputs, atom2.task.requires);
}
function back(atom2) {
  if (atom2.kind === "retry") return {};
  return atom2.task.hasRevert ? onlyRequired(atom2.revertInputs, atom2.revertPorts) : {};
}
function onlyRequired(sources, ports2) {
  return Object.fromEntries(
    ports2.flatMap(({ name: name2, optional }) => optional || sources[name2] === void 0 ? [] : [[name2, sources[name2]]])
  );
}
function isGiven(flow, status, source) {
  switch (source.from) {
    case "atom":
      return status.atoms[source.atom]?.state !== "SUCCESS" || storedValue({ flow, status }, source, NO_CODEC) !== void 0;
    case "input":
      return storedValue({ flow, status }, source, NO_CODEC) !== void 0;
    case "constant":
      return true;
    case "branch":
      return isOneGiven(flow, status, source.of);
    case "nearest":
      return isOneGiven(flow, status, source.levels.flat());
  }
}
function isOneGiven(flow, status, of) {
  return of.length === 0 || of.some((one) => isGiven(flow, status, one));
}
var NO_CODEC = { encode: () => null, decode: () => void 0 };

// src/model/states.ts
var RUN_STATES = ["PENDING", "RUNNING", "SUSPENDED", "SUCCESS", "REVERTED", "FAILURE", "CANCELLED"];
var DECISIONS = ["RETRY", "REVERT", "REVERT_ALL", "REVERT_LOCAL"];
var RUN_MOVES = {
  PENDING: ["RUNNING", "PENDING"],
  RUNNING: ["SUSPENDED", "SUCCESS", "REVERTED", "FAILURE", "CANCELLED"],
  SUSPENDED: ["RUNNING", "PENDING"],
  SUCCESS: ["RUNNING", "PENDING"],
  REVERTED: ["PENDING"],
  FAILURE: ["RUNNING", "PENDING"],
  CANCELLED: ["PENDING"]
};
var ATOM_MOVES = {
  PENDING: ["RUNNING", "IGNORE"],
  RUNNING: ["SUCCESS", "FAILURE", "RUNNING", "PENDING", "RETRYING"],
  SUCCESS: ["REVERTING", "RETRYING", "PENDING", "FAILURE"],
  FAILURE: ["REVERTING", "PENDING"],
  REVERTING: ["REVERTED", "REVERT_FAILURE", "REVERTING", "SUCCESS", "FAILURE"],
  REVERTED: ["PENDING"],
  REVERT_FAILURE: ["REVERTING", "REVERTED", "PENDING"],
  RETRYING: ["RUNNING", "PENDING", "REVERTING"],
  IGNORE: ["PENDING"]
};
function isEnded(state) {
  return state === "SUCCESS" || state === "REVERTED" || state === "FAILURE" || state === "CANCELLED";
}

// src/engine/announce.ts
function eventsOf(run2, { changes, transitions, commands }, common) {
  const called2 = new Set(commands.flatMap((command) => command.do === "execute" || command.do === "revert" ? [command.atom] : []));
  const taken = transitions.some(([word]) => word === "TAKEOVER");
  const events = [];
  for (const change of changes) {
    if (change.kind === "run") {
      events.push({ type: "run", ...common, state: change.to, oldState: change.from, resumed: taken && change.from !== "PENDING" });
    } else if (!called2.has(change.atom) || change.to !== "RUNNING" && change.to !== "REVERTING") {
      events.push(atomEvent(run2, change, common));
    }
  }
  const silent = taken && !events.some((event) => event.type === "run");
  if (silent) events.unshift({ type: "run", ...common, state: "RUNNING", oldState: "RUNNING", resumed: true });
  return events;
}
function callEvent(run2, { atom: atom2, do: phase, from }, common) {
  return atomEvent(run2, { kind: "atom", atom: atom2, from, to: phase === "execute" ? "RUNNING" : "REVERTING" }, common);
}
function atomEvent(run2, { atom: index, from, to, failure: failure2, result }, common) {
  const atom2 = run2.flow.atoms[index];
  const status = run2.status.atoms[index];
  return {
    type: atom2?.kind === "retry" ? "retry" : "task",
    ...common,
    path: atom2?.path ?? `#${index}`,
    state: to,
    oldState: from,
    round: status?.round ?? 0,
    attempt: status?.attempt ?? 0,
    resumed: isAgain(from, to),
    ...failure2 === void 0 ? {} : { failure: failure2 },
    ...result === void 0 ? {} : { result: run2.codec.decode(result) }
  };
}
function isAgain(from, to) {
  return from === to && (to === "RUNNING" || to === "REVERTING");
}

// src/model/codec.ts
var NotStorableError = class extends Error {
  constructor(path, reason) {
    super(path === "" ? `the value ${reason}` : `'${path}' ${reason}`);
    this.path = path;
    this.reason = reason;
  }
  path;
  reason;
  code = "NOT_STORABLE";
  name = "NotStorableError";
};

// src/model/failure.ts
var MAX_CAUSES = 8;
var MAX_TEXT = 8192;
function toFailure(thrown, depth = 0) {
  try {
    return thrown instanceof Error ? fromError(thrown, depth) : fromValue(thrown);
  } catch {
    return { name: "Error", message: "an error that cannot be read was thrown" };
  }
}
function fromError(error, depth) {
  const { code, data } = error;
  const cause = error.cause;
  return {
    name: nameOf(error),
    message: cut(String(error.message)),
    ...typeof code === "string" || typeof code === "number" ? { code: String(code) } : {},
    ...isPlain(data, 0) ? { data } : {},
    ...error.stack ? { stack: cut(String(error.stack)) } : {},
    ...error.permanent === true ? { permanent: true } : {},
    ...cause !== void 0 && depth < MAX_CAUSES ? { cause: toFailure(cause, depth + 1) } : {}
  };
}
function nameOf(error) {
  const prototype = Object.getPrototypeOf(error);
  const says = Object.hasOwn(error, "name") || prototype !== null && Object.hasOwn(prototype, "name");
  return says ? String(error.name) : error.constructor.name || String(error.name);
}
function findCause(failure2, error) {
  const names = typeof error === "string" ? [error] : [error.name, namedBy(error.prototype)];
  for (let next = failure2; next !== void 0; next = next.cause) {
    if (names.includes(next.name)) return next;
  }
  return void 0;
}
function namedBy(prototype) {
  return Object.hasOwn(prototype, "name") ? prototype.name : void 0;
}
function fromValue(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  return { name: "Error", message: cut(text) };
}
function cut(text) {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}\u2026 (${text.length} characters)`;
}
function isPlain(value, depth) {
  if (depth > 16) return false;
  if (value === null) return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(value).every(([key, item]) => key !== "__proto__" && isPlain(item, depth + 1));
}

// src/engine/call-context.ts
function keySeed(status) {
  return digest(status.runId, status.incarnation).slice(0, 16);
}
function callContext({ status, seed, call: call2, path, signal, services, saved, doors }) {
  const { epoch, creation: creation2 } = status;
  const key = `${seed}${quickDigest(path)}-${call2.round}`;
  return {
    services,
    signal,
    runId: creation2.key,
    path,
    attempt: call2.attempt,
    idempotencyKey: key,
    revertKey: `${key}-revert`,
    fence: epoch,
    saved,
    save: (data) => signal.aborted ? Promise.reject(new StaleRunError(creation2.key)) : doors.save(call2, data),
    progress: (fraction, details2) => doors.progress(call2, path, Math.min(1, Math.max(0, Number(fraction) || 0)), details2),
    emit: (event, data) => doors.emit(path, String(event), data)
  };
}

// src/engine/call-result.ts
function resultOf(path, ports2, returned, codec) {
  if (ports2.length === 0 && returned === void 0) return {};
  if (typeof returned !== "object" || returned === null) {
    return refuse(path, "PROVIDES_UNKNOWN", sentence("PROVIDES_UNKNOWN", { value: ports2[0]?.name ?? String(returned) }));
  }
  const values = returned;
  for (const { name: name2, optional } of ports2) {
    if (!Object.hasOwn(values, name2) && !optional) return refuse(path, "PROVIDES_UNKNOWN", sentence("PROVIDES_UNKNOWN", { value: name2 }));
  }
  for (const key in values) {
    if (!ports2.some(({ name: name2 }) => name2 === key)) return refuse(path, "PROVIDES_MISSING", sentence("PROVIDES_MISSING", { value: key }));
  }
  return hasSchemas(ports2) ? parsedResult(path, ports2, values, codec) : encodedResult(path, values, codec);
}
async function parsedResult(path, ports2, values, codec) {
  const parsed = await parse(ports2, values);
  if ("issues" in parsed) return refuse(path, "INVALID_OUTPUT", `its outputs are not valid: ${issueText(parsed.issues)}`, parsed.issues);
  return encodedResult(path, parsed.values, codec);
}
function encodedResult(path, values, codec) {
  try {
    return { result: codec.encode(values) };
  } catch (error) {
    if (!(error instanceof NotStorableError)) return { failure: toFailure(error) };
    return refuse(path, error.code, sentence("NOT_STORABLE", { path: error.path, reason: error.reason }));
  }
}
function hasSchemas(ports2) {
  return ports2.some(({ schema }) => schema !== void 0);
}
async function parse(ports2, values) {
  const parsed = { ...values };
  const issues = [];
  for (const { name: name2, schema } of ports2) {
    if (schema === void 0 || !Object.hasOwn(values, name2)) continue;
    const outcome = await validate(schema, values[name2]);
    if ("issues" in outcome) issues.push(...outcome.issues.map((issue) => inValue(name2, issue)));
    else parsed[name2] = outcome.value;
  }
  return issues.length > 0 ? { issues } : { values: parsed };
}
function inValue(name2, { path, message }) {
  return { path: path === "" ? name2 : `${name2}.${path}`, message };
}
function issueText(issues) {
  return issues.map(({ path, message }) => `${path}: ${message}`).join("; ");
}
function refuse(path, code, message, issues) {
  const data = issues?.map(({ path: path2, message: text }) => ({ path: path2, message: text }));
  return {
    failure: { name: "TaskContractError", code, message: `task '${path}': ${message}`, ...data === void 0 ? {} : { data } }
  };
}

// src/engine/executor.ts
var InterruptedCall = class extends Error {
  constructor(cause) {
    super("a call was interrupted", { cause });
    this.cause = cause;
  }
  cause;
  name = "InterruptedCall";
};

// src/engine/failures.ts
function failuresOf(flow, status) {
  const found = [];
  const all = flow.compat.failures === "all";
  status.atoms.forEach((atom2, index) => {
    const path = flow.atoms[index]?.path ?? `#${index}`;
    const failure2 = atom2.failure ?? (all ? atom2.overcome : void 0);
    if (failure2 !== void 0) {
      found.push({ at: atom2.failedAt, report: { path, phase: "execute", attempt: atom2.failedExecution, failure: failure2 } });
    }
    if (atom2.revertFailure !== void 0) {
      found.push({ at: atom2.revertFailedAt, report: { path, phase: "revert", attempt: atom2.reversions, failure: atom2.revertFailure } });
    }
  });
  return found.sort((a2, b2) => a2.at - b2.at).map(({ report }) => report);
}
function pendingReverts(flow, status) {
  const paths = [];
  status.atoms.forEach(({ state, intention: intention2 }, index) => {
    const atom2 = flow.atoms[index];
    const undoable = state === "REVERT_FAILURE" || (state === "SUCCESS" || state === "FAILURE") && intention2 === "REVERT";
    if (undoable && atom2?.kind === "task") paths.unshift(atom2.path);
  });
  return paths;
}

// src/engine/history.ts
function historyOf(run2, { index }, asked) {
  const { tried, decided: decided2, failure: failure2 } = run2.status.atoms[index];
  const attempts = tried.map((provided, at) => {
    const reports = decided2.filter(({ attempt: attempt2 }) => attempt2 === at + 1).map((one) => [one.via, one.failure, one.execution]);
    const present = at === tried.length - 1 && asked !== void 0 ? [heardOf(run2, asked)] : [];
    return { provided: run2.codec.decode(provided), failures: firstOfEach(run2, [...reports, ...present]) };
  });
  return {
    length: attempts.length,
    attempts,
    ...failure2 === void 0 ? {} : { failure: failure2 },
    causedBy(error, attempt2 = attempts.length) {
      for (const report of attempts[attempt2 - 1]?.failures ?? []) {
        const found = findCause(report.failure, error);
        if (found !== void 0) return found;
      }
      return void 0;
    }
  };
}
function heardOf(run2, { failed: failed2, via }) {
  const [inner, outer] = [run2.status.atoms[via], run2.status.atoms[failed2]];
  const heard = inner?.failure === void 0 ? outer : inner;
  return [via, heard?.failure ?? { name: "Error", message: "nobody knows what failed" }, heard?.failedExecution ?? 0];
}
function firstOfEach(run2, heard) {
  const first = /* @__PURE__ */ new Map();
  for (const [via, failure2, attempt2] of heard) {
    if (!first.has(via)) first.set(via, { path: run2.flow.atoms[via]?.path ?? `#${via}`, phase: "execute", attempt: attempt2, failure: failure2 });
  }
  return [...first.values()];
}

// src/engine/own-retry.ts
async function callRetry(run2, compiled, method, parts, signal, asked) {
  const { code, requires } = compiled.retry;
  const { path, index, inputs } = compiled;
  const instance = await instanceOf(code, parts.resolve);
  const { tried } = run2.status.atoms[index];
  const attempt2 = method === "execute" ? tried.length + 1 : tried.length;
  const context = { services: parts.services, signal, runId: run2.status.creation.key, path, attempt: attempt2 };
  return instance[method](historyOf(run2, compiled, asked), inputsOf(run2, path, requires, inputs), context);
}
async function askRetry(run2, question2, parts, signal) {
  const retry = run2.flow.atoms[question2.retry];
  try {
    return { answer: await callRetry(run2, retry, "onFailure", parts, signal, question2) };
  } catch (thrown) {
    return { answer: void 0, failure: toFailure(thrown) };
  }
}

// src/engine/run-state.ts
var NOTHING2 = [];
var NOTHING_DECIDED = [];
var NO_VOTES = {};
function newAtom() {
  return {
    state: "PENDING",
    intention: "EXECUTE",
    round: 0,
    attempt: 0,
    executions: 0,
    reversions: 0,
    losses: 0,
    unsettled: false,
    wakeAtMs: void 0,
    lost: false,
    outcome: "none",
    result: void 0,
    failure: void 0,
    failedAt: -1,
    failedExecution: 0,
    overcome: void 0,
    revertResult: void 0,
    revertFailure: void 0,
    revertFailedAt: -1,
    saved: void 0,
    progress: 0,
    progressDetails: void 0,
    votes: NO_VOTES,
    tried: NOTHING2,
    decided: NOTHING_DECIDED
  };
}
var NO_CREATION = { key: "", flow: "", version: 0, fingerprint: "", inputs: {}, inputsHash: "" };
function newRun(runId, atoms2, manifest = null) {
  return {
    runId,
    creation: NO_CREATION,
    state: "PENDING",
    seq: -1,
    epoch: 0,
    incarnation: 0,
    fingerprint: "",
    manifest,
    goingBack: false,
    cancelled: false,
    atoms: Array.from({ length: atoms2 }, newAtom)
  };
}
function isInFlight(atom2) {
  return (atom2.state === "RUNNING" || atom2.state === "REVERTING") && !atom2.lost;
}
function isSkipped(run2, range2) {
  if (range2 === void 0) return false;
  for (let atom2 = range2.first; atom2 < range2.until; atom2++) if (run2.atoms[atom2]?.state !== "IGNORE") return false;
  return range2.first < range2.until;
}

// src/engine/questions.ts
async function askDecider(run2, index) {
  try {
    const decider = run2.flow.deciders?.[index];
    if (decider === void 0) throw new Error(`there is no decider ${index}`);
    const told2 = decider.source === void 0 ? valuesOf(run2, decider.reads) : historyOf2(run2, index);
    return { answer: await decider.decide(told2) };
  } catch (thrown) {
    return { answer: void 0, failure: toFailure(thrown) };
  }
}
function historyOf2(run2, index) {
  const deciders = run2.flow.deciders ?? [];
  const asked = deciders[index];
  const history = {};
  for (const { entry, target, source } of deciders) {
    if (source === void 0 || entry !== asked?.entry || target !== asked.target || isSkipped(run2.status, source)) continue;
    history[source.node] = valuesOf(run2, asked.history[source.node] ?? {});
  }
  return history;
}
function valuesOf(run2, sources) {
  const values = {};
  for (const [name2, source] of Object.entries(sources)) {
    const stored = storedValue(run2, source, run2.codec);
    if (stored !== void 0) values[name2] = run2.codec.decode(stored);
  }
  return values;
}

// src/engine/calls.ts
var Calls = class {
  #run;
  #parts;
  #doors;
  #signals;
  #seed;
  constructor(run2, parts, signals, doors) {
    this.#run = run2;
    this.#parts = parts;
    this.#signals = signals;
    this.#doors = doors;
    this.#seed = keySeed(run2.status);
  }
  start(command) {
    const { atom: atom2, round, attempt: attempt2 } = command;
    const signal = this.#signals.of(atom2);
    void this.#call(command, signal).then((end) => {
      this.#signals.ended(atom2);
      this.#doors.finished({ atom: atom2, round, attempt: attempt2, end });
    });
  }
  ask(question2) {
    if (question2.about === "node") return askDecider(this.#run, question2.decider);
    return askRetry(this.#run, question2, this.#parts, this.#signals.of(question2.retry));
  }
  async #call(command, signal) {
    const atom2 = this.#run.flow.atoms[command.atom];
    try {
      if (command.do === "revert") return { kind: "result", ...storable(await this.#revert(command, atom2, signal), this.#parts.codec) };
      const result = await (atom2.kind === "task" ? this.#execute(command, atom2, signal) : this.#attempt(atom2, signal));
      return "failure" in result ? { kind: "failure", failure: result.failure } : { kind: "result", ...result };
    } catch (thrown) {
      if (thrown instanceof InterruptedCall) return { kind: "interrupted", failure: toFailure(thrown.cause) };
      return { kind: signal.aborted ? "interrupted" : "failure", failure: toFailure(thrown) };
    }
  }
  async #execute(command, atom2, signal) {
    const { task, path } = atom2;
    const inputs = inputsOf(this.#run, path, task.requires, atom2.inputs);
    const context = this.#context(command, path, signal);
    const parsed = hasSchemas(task.requires) ? await parse(task.requires, inputs) : { values: inputs };
    if ("issues" in parsed) return { failure: invalidInputs(path, issueText(parsed.issues)) };
    const returned = await this.#parts.executor.call({ phase: "execute", task, inputs: parsed.values, context });
    return resultOf(path, atom2.outputs, returned, this.#parts.codec);
  }
  async #attempt(atom2, signal) {
    const returned = await callRetry(this.#run, atom2, "execute", this.#parts, signal);
    return resultOf(atom2.path, atom2.outputs, returned, this.#parts.codec);
  }
  #revert(command, atom2, signal) {
    if (atom2.kind === "retry") return callRetry(this.#run, atom2, "revert", this.#parts, signal);
    const { task, path } = atom2;
    const inputs = inputsOf(this.#run, path, atom2.revertPorts, atom2.revertInputs);
    const context = this.#context(command, path, signal);
    return this.#parts.executor.call({ phase: "revert", task, inputs, outcome: this.#outcome(command.atom), context });
  }
  #context(call2, path, signal) {
    const { status } = this.#run;
    const { services, codec } = this.#parts;
    const stored = status.atoms[call2.atom]?.saved;
    const saved = stored === void 0 ? void 0 : codec.decode(stored);
    return callContext({ status, seed: this.#seed, call: call2, path, signal, services, saved, doors: this.#doors });
  }
  #outcome(atom2) {
    const status = this.#run.status.atoms[atom2];
    const { codec } = this.#parts;
    const common = {
      flowFailures: failuresOf(this.#run.flow, this.#run.status).filter(({ phase }) => phase === "execute"),
      ...status.saved === void 0 ? {} : { saved: codec.decode(status.saved) }
    };
    switch (status.outcome) {
      case "failure":
        return { kind: "failure", failure: status.failure, ...common };
      case "interrupted":
        return { kind: "interrupted", ...common };
      default: {
        const result = status.result === void 0 ? {} : codec.decode(status.result);
        return { kind: "result", result, ...common };
      }
    }
  }
};
function storable(returned, codec) {
  if (returned === void 0) return {};
  try {
    return { result: codec.encode(returned) };
  } catch (error) {
    if (error instanceof NotStorableError) return {};
    throw error;
  }
}
function invalidInputs(path, text) {
  return { name: "TaskContractError", code: "INVALID_INPUT", message: `task '${path}': its inputs are not valid: ${text}` };
}

// src/engine/behind.ts
function behind({ graph: graph2, atoms: atoms2 }, first, until) {
  const seen = /* @__PURE__ */ new Set();
  for (let atom2 = first; atom2 < until; atom2++) seen.add(atom2);
  for (const node of seen) for (const successor of graph2.successors[node] ?? []) seen.add(successor);
  const reached = [...seen].filter((node) => node < atoms2.length && (node < first || node >= until)).sort((a2, b2) => a2 - b2);
  const ranges = [];
  for (const atom2 of reached) {
    const last = ranges.at(-1);
    if (last?.[1] === atom2) last[1]++;
    else ranges.push([atom2, atom2 + 1]);
  }
  return ranges;
}

// src/engine/retries.ts
function decisionOf(run2, compiled, failed2, via) {
  const { retry, index } = compiled;
  const status = statusOf(run2, index);
  switch (retry.kind) {
    case "times":
      return status.attempt < retry.attempts ? "RETRY" : retry.otherwise ?? "REVERT";
    case "forEach":
    case "forEachOf":
      return valuesLeft(run2, compiled, retry).length > 0 ? "RETRY" : retry.otherwise ?? "REVERT";
    case "alwaysRevert":
      return "REVERT";
    case "alwaysRevertAll":
      return "REVERT_ALL";
    case "own":
      return decidedIn(status, failed2, via)?.decision;
  }
}
function decidedIn(status, failed2, via) {
  return status.decided.find((one) => one.attempt === status.tried.length && one.failed === failed2 && one.via === via);
}
function nextAttempt(run2, compiled) {
  const { retry, path } = compiled;
  if (retry.kind === "own") return { provided: {} };
  if (retry.kind !== "forEach" && retry.kind !== "forEachOf") return {};
  const [value] = valuesLeft(run2, compiled, retry);
  if (value === void 0) return { failure: { name: "RetryError", code: "NO_VALUE_LEFT", message: `'${path}' has no value to try` } };
  return { provided: { [retry.provides]: value } };
}
function pauseBefore(run2, { retry, index, path }) {
  if (!("backoff" in retry) || retry.backoff === void 0) return 0;
  return pauseMs(retry.backoff, statusOf(run2, index).attempt, `${run2.status.runId} ${path}`);
}
function pauseMs({ delayMs, factor, maxMs, jitter }, attempts, who) {
  const whole = Math.min(maxMs, delayMs * factor ** (attempts - 1));
  const chance = Number.parseInt(quickDigest(`${who} ${attempts}`).slice(0, 8), 16) / 4294967295;
  return Math.round(whole * (1 - jitter * chance));
}
function valuesLeft(run2, compiled, retry) {
  const tried = /* @__PURE__ */ new Map();
  for (const attempt2 of statusOf(run2, compiled.index).tried) {
    const text = canonicalText(attempt2[retry.provides] ?? null);
    tried.set(text, (tried.get(text) ?? 0) + 1);
  }
  return valuesOf2(run2, compiled, retry).filter((value) => {
    const text = canonicalText(value);
    const times2 = tried.get(text) ?? 0;
    tried.set(text, times2 - 1);
    return times2 <= 0;
  });
}
function valuesOf2(run2, { inputs }, retry) {
  if (retry.kind === "forEach") return retry.values.map((value) => run2.codec.encode(value));
  const source = inputs[retry.requires];
  const stored = source === void 0 ? void 0 : storedValue(run2, source, run2.codec);
  return stored !== void 0 && isJsonArray(stored) ? stored : [];
}
function statusOf(run2, index) {
  return run2.status.atoms[index];
}

// src/engine/resolve.ts
function fail(run2, step, word, atom2, failure2) {
  step.state([word, atom2, failure2]);
  settleFailure(run2, step, atom2);
}
function settleFailure(run2, step, failed2) {
  const mustWait = step.limits.onFailure === "stop" || run2.frontier.nextUnsettled() !== void 0;
  if (mustWait || resolveFailure(run2, step, failed2) !== void 0) step.state(["UNSETTLED", failed2]);
}
function resolveFailure(run2, step, failed2) {
  const isPermanent = statusOf2(run2, failed2).failure?.permanent === true;
  let gaveUp;
  let via = failed2;
  for (let governor = governorOf(run2, failed2); governor >= 0; via = governor, governor = governorOf(run2, governor)) {
    const retry = run2.flow.atoms[governor];
    const decision = isPermanent ? "REVERT" : decisionOf(run2, retry, failed2, via);
    if (decision === void 0) return { about: "failure", retry: governor, failed: failed2, via };
    if (decision === "REVERT") {
      gaveUp ??= retry;
      continue;
    }
    apply(run2, step, decision, retry);
    return afterwards(run2, step);
  }
  if (gaveUp !== void 0 && !run2.flow.compat.deferReverts) apply(run2, step, "REVERT_LOCAL", gaveUp);
  else apply(run2, step, "REVERT_ALL", void 0);
  return afterwards(run2, step);
}
function apply(run2, step, decision, retry) {
  const { status } = run2;
  if (decision === "REVERT_ALL" || retry === void 0) {
    if (!status.goingBack) step.state(["INTEND", "REVERT", 0, status.atoms.length]);
    return;
  }
  const { index, until } = retry;
  const { intention: intention2 } = statusOf2(run2, index);
  if (intention2 === "REVERT" || decision === "RETRY" && intention2 === "RETRY") return;
  if (decision === "RETRY") {
    const pauseMs2 = pauseBefore(run2, retry);
    if (pauseMs2 > 0) step.state(["SLEEP", index, step.limits.nowMs + pauseMs2]);
    step.state(["INTEND", "RETRY", index, index + 1]);
    step.state(["INTEND", "REVERT", index + 1, until]);
    return;
  }
  step.state(["INTEND", "REVERT", index, until]);
  for (const [from, to] of behind(run2.flow, index, until)) step.state(["INTEND", "REVERT", from, to]);
}
function afterwards(run2, step) {
  if (step.limits.onFailure !== "abortSiblings" || run2.frontier.called === 0) return;
  const doomed = [];
  for (const [index, { state, intention: intention2 }] of run2.status.atoms.entries()) {
    if (state === "RUNNING" && intention2 === "REVERT") doomed.push(index);
  }
  if (doomed.length > 0) step.commands.push({ do: "abort", atoms: doomed });
}
function governorOf(run2, atom2) {
  return run2.flow.atoms[atom2]?.governor ?? -1;
}
function statusOf2(run2, atom2) {
  return run2.status.atoms[atom2];
}

// src/engine/deciders.ts
function settleVote(run2, step, index, { answer, failure: failure2 }) {
  const { ballot } = run2.frontier;
  const decider = ballot.decider(index);
  const first = run2.status.atoms[decider.first];
  if (first.state !== "PENDING" || first.intention !== "EXECUTE") return;
  const wrong = failure2 ?? faultOf(decider, answer);
  if (wrong !== void 0) {
    step.state(["RUNNING", decider.first]);
    fail(run2, step, "FAILURE", decider.first, wrong);
    return;
  }
  const spoken = decider.choice === void 0 ? [index] : ballot.branchesOf(decider.choice.id);
  for (const other of spoken) {
    const { first: atom2, choice } = ballot.decider(other);
    step.state(["VOTE", atom2, other, choice === void 0 ? answer === true : answer === choice.chosenBy]);
  }
  for (const other of spoken) settleTarget(run2, step, ballot.decider(other).entry);
}
function faultOf({ choice, target }, answer) {
  const cases = choice?.cases ?? [true, false];
  if (cases.includes(answer)) return void 0;
  const said = typeof answer === "string" ? `'${answer}'` : String(answer);
  const message = `the decider of '${target}' said ${said}: it has to say ${cases.map((one) => JSON.stringify(one)).join(" or ")}`;
  return { name: "DeciderError", code: "BAD_ANSWER", message };
}
function settleTarget(run2, step, entry) {
  const { ballot } = run2.frontier;
  const all = ballot.at(entry).map((index) => [index, ballot.decider(index)]);
  if (all.some(([index, { first, source }]) => voteOf(run2, first, index) === void 0 && !isSkipped(run2.status, source))) return;
  for (const [index, { first, skips }] of all) {
    if (voteOf(run2, first, index) === false) for (const [from, until] of skips) skip(run2, step, from, until);
  }
}
function skip(run2, step, from, until) {
  for (let atom2 = from; atom2 < until; atom2++) {
    if (run2.status.atoms[atom2]?.state === "PENDING") step.state(["IGNORE", atom2]);
  }
}
function voteOf(run2, first, decider) {
  return run2.status.atoms[first]?.votes[decider];
}

// src/engine/fold-atom.ts
var NEW = newAtom();
function foldAtom(run2, atom2, transition) {
  switch (transition[0]) {
    case "RUNNING":
      execute(atom2);
      return;
    case "ATTEMPT":
      attempt(atom2, transition[2]);
      return;
    case "SUCCESS":
      succeed(atom2, transition[2]);
      return;
    case "FAILURE":
    case "INTERRUPTED":
      move(atom2, "FAILURE");
      atom2.outcome = transition[0] === "FAILURE" ? "failure" : "interrupted";
      atom2.failure = transition[2];
      atom2.failedAt = run2.seq;
      atom2.failedExecution = atom2.executions;
      atom2.lost = false;
      return;
    case "REVERTING":
      if (atom2.state !== "REVERTING" && atom2.state !== "REVERT_FAILURE") atom2.attempt = atom2.losses = 0;
      move(atom2, "REVERTING");
      atom2.reversions++;
      call(atom2);
      return;
    case "REVERTED":
      move(atom2, "REVERTED");
      atom2.revertFailure = void 0;
      atom2.revertResult = transition[2];
      atom2.result = void 0;
      atom2.progress = 1;
      atom2.tried = NEW.tried;
      atom2.decided = NEW.decided;
      return;
    case "REVERT_FAILURE":
      move(atom2, "REVERT_FAILURE");
      atom2.revertFailure = transition[2];
      atom2.revertFailedAt = run2.seq;
      atom2.lost = false;
      return;
    case "RETRYING":
      move(atom2, "RETRYING");
      return;
    case "WITHDRAWN":
      withdraw(atom2);
      return;
    case "SLEEP":
      atom2.wakeAtMs = transition[2];
      return;
    case "UNSETTLED":
      atom2.unsettled = true;
      return;
    case "SETTLED":
      atom2.unsettled = false;
      return;
    case "DECIDED": {
      const [, , failed2, via, decision] = transition;
      const heard = run2.atoms[via]?.failure === void 0 ? run2.atoms[failed2] : run2.atoms[via];
      const { failure: failure2 = UNKNOWN, failedExecution: execution = 0 } = heard ?? {};
      atom2.decided = [...atom2.decided, { attempt: atom2.tried.length, failed: failed2, via, failure: failure2, execution, decision }];
      return;
    }
    case "VOTE":
      atom2.votes = { ...atom2.votes, [transition[2]]: transition[3] };
      return;
    case "IGNORE":
      move(atom2, "IGNORE");
      return;
    case "PROGRESS":
      atom2.progress = transition[2];
      if (transition[3] !== void 0) atom2.progressDetails = transition[3];
      return;
    case "SAVED":
      atom2.saved = transition[2];
      return;
  }
}
var UNKNOWN = { name: "Error", message: "the journal does not say what failed" };
function execute(atom2) {
  if (atom2.state === "PENDING") {
    atom2.round++;
    atom2.attempt = atom2.losses = 0;
  }
  move(atom2, "RUNNING");
  atom2.executions++;
  call(atom2);
}
function attempt(atom2, provided) {
  if (atom2.state !== "RUNNING") execute(atom2);
  succeed(atom2, provided);
  if (provided === void 0) return;
  atom2.tried = [...atom2.tried, provided];
  atom2.attempt = atom2.tried.length;
}
function succeed(atom2, result) {
  move(atom2, "SUCCESS");
  atom2.outcome = "result";
  atom2.result = result;
  atom2.progress = 1;
}
function call(atom2) {
  atom2.attempt++;
  atom2.lost = false;
  atom2.progress = 0;
}
function lose(atom2) {
  if (!atom2.lost) atom2.losses++;
  atom2.lost = true;
}
function withdraw(atom2) {
  const executing = atom2.state === "RUNNING";
  if (executing) atom2.executions--;
  else atom2.reversions--;
  atom2.attempt--;
  const earlier = executing ? atom2.tried.length : 0;
  if (!executing && atom2.revertFailure !== void 0) {
    move(atom2, "REVERT_FAILURE");
    atom2.wakeAtMs = 0;
    return;
  }
  if (atom2.attempt > earlier) atom2.lost = true;
  else if (!executing) move(atom2, atom2.outcome === "result" ? "SUCCESS" : "FAILURE");
  else if (earlier > 0) move(atom2, "RETRYING");
  else {
    move(atom2, "PENDING");
    atom2.round--;
  }
}
function resetAtom(atom2) {
  const { round, executions, reversions } = atom2;
  const overcome = atom2.failure ?? atom2.overcome;
  if (atom2.state !== "PENDING") move(atom2, "PENDING");
  Object.assign(atom2, newAtom(), { round, executions, reversions, overcome });
}
function move(atom2, to) {
  if (!ATOM_MOVES[atom2.state].includes(to)) throw new Error(`an atom can't go from ${atom2.state} to ${to}`);
  atom2.state = to;
  if (to !== "RETRYING") atom2.wakeAtMs = void 0;
}

// src/engine/snapshot.ts
function restore(run2, snapshot) {
  const { count, atoms: atoms2, ...rest2 } = snapshot;
  Object.assign(run2, rest2);
  run2.atoms = Array.from({ length: count }, newAtom);
  for (const [index, packed] of atoms2) Object.assign(run2.atoms[index], packed);
}
var FRESH = newAtom();

// src/engine/fold.ts
function foldEntry(run2, entry) {
  run2.seq = entry.seq;
  run2.epoch = entry.epoch;
  for (const transition of entry.transitions) foldTransition(run2, transition);
}
function beginEntry(run2) {
  run2.seq++;
}
function beginEpoch(run2) {
  run2.epoch++;
}
function foldTransition(run2, transition) {
  switch (transition[0]) {
    case "CREATED":
      run2.creation = transition[1];
      run2.fingerprint = transition[1].fingerprint;
      return;
    case "RUN":
      moveRun(run2, transition[1]);
      return;
    case "FLOW":
      adoptFlow(run2, transition[1]);
      return;
    case "CANCEL":
      run2.cancelled = true;
      return;
    case "TAKEOVER":
      for (const atom2 of transition[1]) lose(atomOf(run2, atom2));
      return;
    case "INTEND": {
      const [, intention2, from, to] = transition;
      for (let index = from; index < to; index++) atomOf(run2, index).intention = intention2;
      if (intention2 === "REVERT" && from === 0 && to === run2.atoms.length) run2.goingBack = true;
      return;
    }
    case "RESET":
      for (let index = transition[1]; index < transition[2]; index++) resetAtom(atomOf(run2, index));
      return;
    case "SNAPSHOT":
      restore(run2, transition[1]);
      return;
    default:
      foldAtom(run2, atomOf(run2, transition[1]), transition);
  }
}
function moveRun(run2, to) {
  if (!RUN_MOVES[run2.state].includes(to)) throw new Error(`a run can't go from ${run2.state} to ${to}`);
  run2.state = to;
  if (to !== "PENDING") return;
  run2.incarnation++;
  run2.goingBack = run2.cancelled = false;
  for (const atom2 of run2.atoms) Object.assign(atom2, newAtom());
}
function adoptFlow(run2, { fingerprint, manifest, from }) {
  const before = run2.atoms;
  run2.fingerprint = fingerprint;
  run2.manifest = manifest;
  run2.atoms = from.map((place) => place < 0 ? newcomer(run2) : moved(before[place]));
}
function newcomer(run2) {
  return run2.goingBack ? { ...newAtom(), intention: "REVERT" } : newAtom();
}
function moved(atom2) {
  if (atom2.state === "PENDING") atom2.votes = newAtom().votes;
  return atom2;
}
function atomOf(run2, index) {
  const atom2 = run2.atoms[index];
  if (atom2 === void 0) throw new Error(`the run has no atom ${index}`);
  return atom2;
}

// src/engine/operators.ts
function cancel(run2, step) {
  if (run2.status.cancelled || run2.status.state !== "RUNNING") return;
  step.state(["CANCEL"]);
  if (!run2.status.goingBack) step.state(["INTEND", "REVERT", 0, run2.status.atoms.length]);
  for (let atom2 = run2.frontier.nextUnsettled(); atom2 !== void 0; atom2 = run2.frontier.nextUnsettled()) step.state(["SETTLED", atom2]);
  run2.frontier.questions.forget(() => true);
  step.commands.push({ do: "abort" });
}
function retryRevert(run2, step, atom2) {
  if (run2.status.atoms[atom2]?.state === "REVERT_FAILURE") step.state(["SLEEP", atom2, step.limits.nowMs]);
}
function skipRevert(run2, step, atom2) {
  if (run2.status.atoms[atom2]?.state === "REVERT_FAILURE") step.state(["REVERTED", atom2]);
}

// src/engine/outcomes.ts
function noteOutcomes(run2, step, outcomes) {
  const awaited = outcomes.filter((outcome) => isAwaited(run2, outcome)).sort((a2, b2) => a2.atom - b2.atom);
  const failed2 = [];
  for (const { atom: atom2, end } of awaited) {
    const reverting = run2.status.atoms[atom2]?.state === "REVERTING";
    if (end.kind === "result") noteResult(run2, step, atom2, reverting, end.result);
    else if (reverting) noteRevertFailure(run2, step, atom2, end.failure);
    else {
      step.state([end.kind === "failure" ? "FAILURE" : "INTERRUPTED", atom2, end.failure]);
      failed2.push(atom2);
    }
  }
  for (const atom2 of failed2) settleFailure(run2, step, atom2);
}
function noteResult(run2, step, atom2, reverting, result) {
  if (run2.flow.atoms[atom2]?.kind === "retry" && !reverting) step.state(["ATTEMPT", atom2, result ?? {}]);
  else {
    const word = reverting ? "REVERTED" : "SUCCESS";
    step.state(result === void 0 ? [word, atom2] : [word, atom2, result]);
  }
}
function noteRevertFailure(run2, step, index, failure2) {
  step.state(["REVERT_FAILURE", index, failure2]);
  const atom2 = run2.flow.atoms[index];
  const retry = atom2?.kind === "task" ? atom2.task.revertRetry : void 0;
  const { attempt: attempt2 } = run2.status.atoms[index];
  if (atom2 === void 0 || retry === void 0 || attempt2 >= retry.attempts || failure2.permanent === true) return;
  const who = `${run2.status.runId} ${atom2.path} revert`;
  step.state(["SLEEP", index, step.limits.nowMs + (retry.backoff === void 0 ? 0 : pauseMs(retry.backoff, attempt2, who))]);
}
function isAwaited(run2, call2) {
  const atom2 = run2.status.atoms[call2.atom];
  return atom2 !== void 0 && isInFlight(atom2) && atom2.round === call2.round && atom2.attempt === call2.attempt;
}

// src/engine/own-decisions.ts
function settleDecision(run2, step, question2, answer) {
  const { retry, failed: failed2, via } = question2;
  if (run2.status.atoms[failed2]?.unsettled !== true) return;
  const said = answer.failure === void 0 ? decisionIn(answer.answer) : void 0;
  if (said === void 0) {
    const path = run2.flow.atoms[retry]?.path ?? "";
    step.state(["FAILURE", retry, answer.failure ?? faultOf2(path, answer.answer)]);
    step.state(["DECIDED", retry, failed2, via, "REVERT"]);
    return;
  }
  step.state(["DECIDED", retry, failed2, via, said.decision]);
  const { intention: intention2 } = run2.status.atoms[retry];
  if (said.delayMs > 0 && intention2 === "EXECUTE") step.state(["SLEEP", retry, step.limits.nowMs + said.delayMs]);
}
function decisionIn(answer) {
  if (isDecision(answer)) return { decision: answer, delayMs: 0 };
  if (typeof answer !== "object" || answer === null) return void 0;
  const { decision, delayMs } = answer;
  if (!isDecision(decision)) return void 0;
  return { decision, delayMs: decision === "RETRY" && typeof delayMs === "number" && delayMs > 0 ? Math.round(delayMs) : 0 };
}
function isDecision(value) {
  return DECISIONS.some((word) => word === value);
}
function faultOf2(path, answer) {
  const said = typeof answer === "string" ? `'${answer}'` : String(answer);
  return { name: "RetryError", code: "BAD_ANSWER", message: `onFailure of '${path}' said ${said}: it has to say ${DECISIONS.join(", ")}` };
}

// src/engine/proceed.ts
var MAX_LOSSES_OF_RETRIES = 5;
function proceed(run2, step) {
  while (settleFailures(run2, step) && (settleLost(run2, step) || step.limits.hold === "none" && (step.limits.lockstep ? startRound(run2, step) : goOn(run2, step)))) {
  }
  rest(run2, step);
}
function settleFailures(run2, step) {
  for (let failed2 = run2.frontier.nextUnsettled(); failed2 !== void 0; failed2 = run2.frontier.nextUnsettled()) {
    if (step.limits.onFailure === "stop" || step.limits.hold === "stop") return false;
    const question2 = resolveFailure(run2, step, failed2);
    if (question2 !== void 0) {
      if (!run2.frontier.questions.isOpen(question2)) step.ask(question2);
      return false;
    }
    step.state(["SETTLED", failed2]);
  }
  return true;
}
function goOn(run2, step) {
  return goBack(run2, step) || wake(run2, step) || goForward(run2, step) || ask(run2, step);
}
function startRound(run2, step) {
  return ask(run2, step) || run2.frontier.questions.size === 0 && goOn(run2, step);
}
function rest({ frontier, flow, status }, step) {
  const { hold, onFailure, nowMs } = step.limits;
  const alarm = frontier.nextAlarm();
  if (frontier.inFlight > 0 || frontier.nextLost() !== void 0) {
    if (alarm !== void 0 && alarm.atMs > nowMs && hold === "none") step.commands.push({ do: "sleep", untilMs: alarm.atMs });
    return;
  }
  const unsettled = frontier.nextUnsettled() !== void 0;
  const more = frontier.nextBack() ?? frontier.ballot.next() ?? frontier.nextForward() ?? alarm;
  if (unsettled && onFailure === "stop" && hold !== "stop") step.state(["RUN", "FAILURE"]);
  else if (!unsettled && more === void 0) step.state(["RUN", endOf(status.atoms, flow.atoms, status.cancelled)]);
  else if (hold === "suspend") step.state(["RUN", "SUSPENDED"]);
  else if (alarm !== void 0 && hold === "none") step.commands.push({ do: "sleep", untilMs: alarm.atMs });
}
function settleLost(run2, step) {
  const index = run2.frontier.nextLost();
  if (index === void 0) return false;
  const status = run2.status.atoms[index];
  const atom2 = run2.flow.atoms[index];
  const spent = status.losses >= (atom2.kind === "task" ? atom2.task.maxLosses : MAX_LOSSES_OF_RETRIES);
  if (status.state === "REVERTING") {
    if (spent) noteRevertFailure(run2, step, index, lostFailure(atom2, status.losses));
    else if (mayCall(run2, step)) step.call("revert", index);
    else return false;
    return true;
  }
  const onInterrupted = atom2.kind === "task" ? atom2.task.onInterrupted : "rerun";
  if (spent || status.intention === "REVERT" || onInterrupted !== "rerun") {
    if (onInterrupted === "suspend") step.suspend();
    fail(run2, step, "INTERRUPTED", index, lostFailure(atom2, status.losses));
    return true;
  }
  if (!mayCall(run2, step)) return false;
  step.call("execute", index);
  return true;
}
function goBack(run2, step) {
  const index = run2.frontier.nextBack();
  if (index === void 0) return false;
  const atom2 = run2.flow.atoms[index];
  if (atom2.kind === "retry" && run2.status.atoms[index]?.intention === "RETRY") {
    restart(run2, step, atom2);
  } else if (!hasRevert(atom2)) {
    step.state(["REVERTING", index]);
    step.state(["REVERTED", index]);
  } else {
    if (run2.frontier.called >= step.limits.capacity) return false;
    step.call("revert", index);
  }
  return true;
}
function wake(run2, step) {
  const alarm = run2.frontier.nextAlarm();
  if (alarm === void 0 || alarm.atMs > step.limits.nowMs) return false;
  const atom2 = run2.flow.atoms[alarm.atom];
  if (atom2.kind === "retry" && run2.status.atoms[alarm.atom]?.state === "RETRYING") return beginAttempt(run2, step, atom2);
  if (run2.frontier.called >= step.limits.capacity) return false;
  step.call("revert", alarm.atom);
  return true;
}
function ask(run2, step) {
  const decider = run2.frontier.ballot.next();
  if (decider === void 0) return false;
  step.ask({ about: "node", decider });
  return true;
}
function goForward(run2, step) {
  const index = run2.frontier.nextForward();
  if (index === void 0) return false;
  const atom2 = run2.flow.atoms[index];
  if (atom2.kind === "retry") return beginAttempt(run2, step, atom2);
  if (run2.frontier.called >= step.limits.capacity) return false;
  step.call("execute", index);
  return true;
}
function restart(run2, step, retry) {
  const { index, until } = retry;
  step.state(["RETRYING", index]);
  step.state(["RESET", index + 1, until]);
  step.state(["INTEND", "EXECUTE", index, index + 1]);
  const { wakeAtMs = 0 } = run2.status.atoms[index];
  if (wakeAtMs <= step.limits.nowMs) beginAttempt(run2, step, retry);
}
function beginAttempt(run2, step, retry) {
  if (retry.retry.kind === "own" && retry.retry.hasExecute) {
    if (run2.frontier.called >= step.limits.capacity) return false;
    step.call("execute", retry.index);
    return true;
  }
  const next = nextAttempt(run2, retry);
  if (!("failure" in next)) {
    step.state(next.provided === void 0 ? ["ATTEMPT", retry.index] : ["ATTEMPT", retry.index, next.provided]);
    return true;
  }
  step.state(["RUNNING", retry.index]);
  fail(run2, step, "FAILURE", retry.index, next.failure);
  return true;
}
function hasRevert(atom2) {
  if (atom2.kind === "task") return atom2.task.hasRevert;
  return atom2.retry.kind === "own" && atom2.retry.hasRevert;
}
function mayCall(run2, step) {
  return step.limits.hold !== "stop" && run2.frontier.called < step.limits.capacity;
}
function lostFailure(atom2, losses) {
  const times2 = losses === 1 ? "once" : `${losses} times`;
  return {
    name: "InterruptedError",
    code: "INTERRUPTED",
    message: `the engine died ${times2} while '${atom2.path}' was under way: nobody knows how far it came`
  };
}
function endOf(atoms2, flow, cancelled) {
  let undone = false;
  let left2 = false;
  for (const [index, { state }] of atoms2.entries()) {
    if (state === "REVERT_FAILURE") return "FAILURE";
    if (state === "SUCCESS") left2 ||= flow[index]?.kind === "task";
    else if (state !== "IGNORE") undone = true;
  }
  if (!undone) return "SUCCESS";
  if (left2) return "FAILURE";
  return cancelled ? "CANCELLED" : "REVERTED";
}

// src/engine/observe.ts
function foldObserved(run2, transition, changes) {
  switch (transition[0]) {
    case "RUN": {
      const { state: from } = run2;
      foldRange(run2, transition, changes, 0, transition[1] === "PENDING" ? run2.atoms.length : 0);
      changes.push({ kind: "run", from, to: run2.state });
      return;
    }
    case "RESET":
      foldRange(run2, transition, changes, transition[1], transition[2]);
      return;
    case "CREATED":
    case "SNAPSHOT":
    case "FLOW":
    case "CANCEL":
    case "TAKEOVER":
    case "INTEND":
    // Of the call that is taken back nobody was told.
    case "WITHDRAWN":
      foldTransition(run2, transition);
      return;
    default:
      foldOne(run2, transition, transition[1], changes);
  }
}
function foldOne(run2, transition, atom2, changes) {
  const before = stateOf(run2, atom2);
  foldTransition(run2, transition);
  const to = stateOf(run2, atom2);
  const told2 = toldBy(transition);
  const inOne = transition[0] === "ATTEMPT" && before !== "RUNNING";
  if (inOne) changes.push(moved2(atom2, before, "RUNNING"));
  if (before !== to || "failure" in told2) changes.push({ ...moved2(atom2, inOne ? "RUNNING" : before, to), ...told2 });
}
function foldRange(run2, transition, changes, from, until) {
  const before = run2.atoms.slice(from, until).map(({ state }) => state);
  foldTransition(run2, transition);
  for (const [offset, state] of before.entries()) {
    const to = stateOf(run2, from + offset);
    if (state !== to) changes.push(moved2(from + offset, state, to));
  }
}
function moved2(atom2, from, to) {
  return { kind: "atom", atom: atom2, from, to };
}
function stateOf(run2, atom2) {
  return run2.atoms[atom2]?.state ?? "PENDING";
}
function toldBy(transition) {
  switch (transition[0]) {
    case "FAILURE":
    case "INTERRUPTED":
    case "REVERT_FAILURE":
      return { failure: transition[2] };
    case "SUCCESS":
    case "ATTEMPT":
    case "REVERTED":
      return transition[2] === void 0 ? {} : { result: transition[2] };
    default:
      return {};
  }
}

// src/engine/step.ts
var Step = class {
  transitions = [];
  changes = [];
  commands = [];
  /** What bounds it; an atom may ask for more restraint. */
  limits;
  #run;
  constructor(run2, limits) {
    this.#run = run2;
    this.limits = limits;
  }
  state(transition) {
    this.#write(transition);
    const { status } = this.#run;
    if (this.#run.observed) foldObserved(status, transition, this.changes);
    else foldTransition(status, transition);
    this.#tell(transition);
  }
  /** States that another flow goes on. The run could not be looked at before that was folded in: so it has been. */
  adopted(change) {
    this.#write(["FLOW", change]);
  }
  /** Asks the loop to ask code of the user; nothing is stated before it has answered. */
  ask(question2) {
    this.commands.push({ do: "ask", question: question2, id: this.#run.frontier.questions.ask(question2) });
  }
  /** States that the atom is called, and asks the loop to call it. */
  call(phase, atom2) {
    const status = this.#run.status.atoms[atom2];
    const { state: from, lost: again } = status;
    this.state([phase === "execute" ? "RUNNING" : "REVERTING", atom2]);
    const { round, attempt: attempt2 } = status;
    this.commands.push({ do: phase, atom: atom2, round, attempt: attempt2, from, again });
  }
  /** From here on nothing is started, in this step and in those that follow it. */
  suspend() {
    this.limits = { ...this.limits, hold: this.limits.hold === "stop" ? "stop" : "suspend" };
    this.commands.push({ do: "suspend" });
  }
  #write(transition) {
    if (this.transitions.length === 0) beginEntry(this.#run.status);
    this.transitions.push(transition);
  }
  #tell(transition) {
    const { status, frontier } = this.#run;
    switch (transition[0]) {
      case "CREATED":
      case "SNAPSHOT":
      case "FLOW":
      case "CANCEL":
        return;
      case "RUN":
        if (transition[1] === "PENDING") this.#changed(0, status.atoms.length);
        return;
      case "TAKEOVER":
        for (const atom2 of transition[1]) frontier.changed(atom2);
        return;
      case "INTEND":
        this.#changed(transition[2], transition[3]);
        return;
      case "RESET":
        frontier.ballot.forget(transition[1], transition[2]);
        this.#changed(transition[1], transition[2]);
        return;
      case "VOTE":
        frontier.voted(transition[2]);
        return;
      default:
        frontier.changed(transition[1]);
    }
  }
  #changed(from, until) {
    for (let atom2 = from; atom2 < until; atom2++) this.#run.frontier.changed(atom2);
  }
};

// src/engine/decide.ts
function decide(run2, events, limits) {
  const step = new Step(run2, limits);
  for (const event of events) note(run2, step, event);
  if (run2.status.state === "RUNNING") proceed(run2, step);
  return step;
}
function note(run2, step, event) {
  switch (event.kind) {
    case "begin":
      step.state(["CREATED", event.creation]);
      if (event.prepared !== true) step.state(["RUN", "RUNNING"]);
      return;
    case "resumed":
      beginEpoch(run2.status);
      if (event.change !== void 0) step.adopted(event.change);
      step.state(["TAKEOVER", inFlightAtoms(run2.status.atoms)]);
      if (run2.status.state !== "RUNNING") step.state(["RUN", "RUNNING"]);
      return;
    case "reset":
      beginEpoch(run2.status);
      if (event.change !== void 0) step.adopted(event.change);
      step.state(["RUN", "PENDING"]);
      return;
    case "answered":
      if (!run2.frontier.questions.answered(event.question, event.id)) return;
      if (event.question.about === "node") settleVote(run2, step, event.question.decider, event);
      else settleDecision(run2, step, event.question, event);
      return;
    case "saved":
      if (isAwaited(run2, event.call)) step.state(["SAVED", event.call.atom, event.data]);
      return;
    case "progress": {
      const { call: call2, fraction, details: details2 } = event;
      if (isAwaited(run2, call2))
        step.state(details2 === void 0 ? ["PROGRESS", call2.atom, fraction] : ["PROGRESS", call2.atom, fraction, details2]);
      return;
    }
    case "notStarted":
      for (const atom2 of event.atoms) step.state(["WITHDRAWN", atom2]);
      return;
    case "finished":
      noteOutcomes(run2, step, event.outcomes);
      return;
    case "cancel":
      cancel(run2, step);
      return;
    case "retryRevert":
      retryRevert(run2, step, event.atom);
      return;
    case "skipRevert":
      skipRevert(run2, step, event.atom);
  }
}
function inFlightAtoms(atoms2) {
  const found = [];
  atoms2.forEach((atom2, index) => {
    if (atom2.state === "RUNNING" || atom2.state === "REVERTING") found.push(index);
  });
  return found;
}

// src/engine/inbox.ts
var Inbox = class {
  #heard = /* @__PURE__ */ new Set();
  #heeded = [];
  #suspensions = /* @__PURE__ */ new Set();
  /** What a message means for the engine; nothing when it was heard before. */
  take(message, run2) {
    if (this.#heard.has(message.id)) return void 0;
    this.#heard.add(message.id);
    if (message.kind === "suspend") {
      this.#suspensions.add(message.id);
      return "suspend";
    }
    this.#heeded.push(message.id);
    return wishOf(message, run2);
  }
  /** Ids of the messages whose wishes have been handed over since the last call. */
  heeded() {
    const heeded = this.#heeded;
    if (heeded.length > 0) this.#heeded = [];
    return heeded;
  }
  /** Ids of the messages that asked for the rest that the run has come to. */
  restedBy({ state }) {
    return isEnded(state) || state === "SUSPENDED" ? [...this.#suspensions] : [];
  }
};
function wishOf({ kind, payload }, { flow }) {
  switch (kind) {
    case "cancel":
      return { kind };
    case "retryRevert":
    case "skipRevert": {
      const atom2 = flow.atoms.findIndex(({ path }) => path === payload);
      return atom2 < 0 ? void 0 : { kind, atom: atom2 };
    }
    case "suspend":
      return void 0;
  }
}

// src/engine/mailbox.ts
var Mailbox = class {
  #events = [];
  #wake;
  #rung = false;
  post(event) {
    this.#events.push(event);
    this.ring();
  }
  /** Wakes the loop although there is no event: its limits have changed. */
  ring() {
    this.#rung = true;
    this.#wake?.();
    this.#wake = void 0;
  }
  /** Resolves at once when something has come since the last {@link take}. */
  arrival() {
    if (this.#rung) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
  /** @param answers as many are taken together: while there are fewer, they wait here */
  take(answers = 0) {
    this.#rung = false;
    const isEarly = this.#events.filter(isAnswer).length < answers;
    const events = isEarly ? this.#events.filter((event) => !isAnswer(event)) : this.#events;
    this.#events = isEarly ? this.#events.filter(isAnswer) : [];
    return merged(events);
  }
};
function isAnswer({ kind }) {
  return kind === "finished" || kind === "answered";
}
function merged(events) {
  if (events.length < 2) return events;
  const outcomes = events.flatMap((event) => event.kind === "finished" ? event.outcomes : []);
  const others = events.filter((event) => event.kind !== "finished");
  return outcomes.length === 0 ? others : [...others, { kind: "finished", outcomes }];
}

// src/engine/progress-notes.ts
var PATIENCE_MS = 1e3;
var ProgressNotes = class {
  #clock;
  #due;
  #notes = /* @__PURE__ */ new Map();
  #cancel;
  constructor(clock, due) {
    this.#clock = clock;
    this.#due = due;
  }
  /** Takes the place of an earlier note of the same call; details stay until there are new ones. */
  add(note2) {
    const before = this.#notes.get(note2.call.atom);
    this.#notes.set(
      note2.call.atom,
      before?.details === void 0 || note2.details !== void 0 ? note2 : { ...note2, details: before.details }
    );
    this.#cancel ??= this.#clock.after(PATIENCE_MS, this.#due);
  }
  take() {
    if (this.#notes.size === 0) return NONE3;
    const notes = [...this.#notes.values()];
    this.end();
    return notes;
  }
  end() {
    this.#cancel?.();
    this.#cancel = void 0;
    this.#notes.clear();
  }
};
var NONE3 = [];

// src/engine/signals.ts
import { setMaxListeners } from "node:events";
var Signals = class {
  #each;
  #own = /* @__PURE__ */ new Map();
  #shared = controller();
  constructor(each) {
    this.#each = each;
  }
  /** Of a call that begins. */
  of(atom2) {
    if (!this.#each) return this.#shared.signal;
    const own2 = controller();
    this.#own.set(atom2, own2);
    return own2.signal;
  }
  /** Tells these calls, or all, that their results are not wanted. Later ones are not meant. */
  abort(reason, atoms2) {
    if (atoms2 === void 0) {
      this.#shared.abort(reason);
      this.#shared = controller();
    }
    for (const [atom2, own2] of this.#own) if (atoms2 === void 0 || atoms2.includes(atom2)) own2.abort(reason);
  }
  ended(atom2) {
    this.#own.delete(atom2);
  }
};
function controller() {
  const made = new AbortController();
  setMaxListeners(0, made.signal);
  return made;
}

// src/engine/statistics.ts
var Statistics = class {
  #clock;
  #beganMs;
  #sinceMs;
  #doing = "working";
  #waitingMs = 0;
  #writingMs = 0;
  #steps = 0;
  #discarded = 0;
  calls = 0;
  constructor(clock) {
    this.#clock = clock;
    this.#beganMs = this.#sinceMs = clock.monotonicMs();
  }
  waits() {
    this.#turn("waiting");
  }
  writes() {
    this.#steps++;
    this.#turn("writing");
  }
  works() {
    this.#turn("working");
  }
  hears(run2, events) {
    for (const event of events) {
      if (event.kind !== "finished") continue;
      for (const outcome of event.outcomes) if (!isAwaited(run2, outcome)) this.#discarded++;
    }
  }
  of({ status, frontier }) {
    this.#turn(this.#doing);
    const completed = status.atoms.filter(({ state }) => state === "SUCCESS" || state === "IGNORE").length;
    return {
      steps: this.#steps,
      calls: this.calls,
      discarded: this.#discarded,
      inFlight: frontier.called,
      completed,
      incomplete: status.atoms.length - completed,
      activeMs: this.#sinceMs - this.#beganMs,
      waitingMs: this.#waitingMs,
      writingMs: this.#writingMs
    };
  }
  #turn(next) {
    const nowMs = this.#clock.monotonicMs();
    if (this.#doing === "waiting") this.#waitingMs += nowMs - this.#sinceMs;
    if (this.#doing === "writing") this.#writingMs += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    this.#doing = next;
  }
};

// src/persistence/entry.ts
var ENTRY_FORMAT = 1;

// src/persistence/decode-transition.ts
var MAX_CAUSES2 = 64;
var INTENTIONS = /* @__PURE__ */ new Set(["EXECUTE", "REVERT", "RETRY", "IGNORE"]);
var STATES = new Set(RUN_STATES);
var DECISION_WORDS = new Set(DECISIONS);
var DECODERS = /* @__PURE__ */ new Map([
  ["CREATED", (rest2, _op, _count, into) => into.push(["CREATED", creation(only(rest2, 1)[0])])],
  ["RUN", (rest2, _op, _count, into) => into.push(["RUN", runState(only(rest2, 1)[0])])],
  ["TAKEOVER", (rest2, _op, count, into) => into.push(["TAKEOVER", atoms(only(rest2, 1)[0], count)])],
  ["INTEND", (rest2, _op, count, into) => into.push(["INTEND", intention(only(rest2, 3)[0]), ...range(rest2[1], rest2[2], count)])],
  ["RESET", (rest2, _op, count, into) => into.push(["RESET", ...range(only(rest2, 2)[0], rest2[1], count)])],
  ["FLOW", (rest2, _op, count, into) => into.push(["FLOW", flowChange(only(rest2, 1)[0], count)])],
  ["CANCEL", (rest2, _op, _count, into) => only(rest2, 0) && into.push(["CANCEL"])],
  ["RUNNING", bare],
  ["SUCCESS", valued],
  ["ATTEMPT", valued],
  ["FAILURE", failed],
  ["INTERRUPTED", failed],
  ["REVERTING", bare],
  ["REVERTED", valued],
  ["REVERT_FAILURE", failed],
  ["RETRYING", bare],
  ["SLEEP", (rest2, _op, count, into) => into.push(["SLEEP", atom(only(rest2, 2)[0], count), natural(rest2[1])])],
  ["UNSETTLED", bare],
  ["SETTLED", bare],
  ["DECIDED", (rest2, _op, count, into) => into.push(["DECIDED", ...decided(only(rest2, 4), count)])],
  ["PROGRESS", (rest2, _op, count, into) => into.push(progress(rest2, count))],
  ["VOTE", (rest2, _op, count, into) => into.push(["VOTE", atom(only(rest2, 3)[0], count), natural(rest2[1]), truth(rest2[2])])],
  ["IGNORE", bare],
  ["WITHDRAWN", bare],
  ["SAVED", (rest2, _op, count, into) => into.push(["SAVED", atom(only(rest2, 2)[0], count), rest2[1]])],
  ["SNAPSHOT", (rest2, _op, _count, into) => into.push(["SNAPSHOT", only(rest2, 1)[0]])]
]);
function decodeTransition(tuple, atomCount, into) {
  if (!isJsonArray(tuple)) throw new Error("a transition is not a list");
  const op = tuple[0];
  const decode2 = op === void 0 ? void 0 : DECODERS.get(op);
  if (decode2 === void 0) throw new Error(`nothing is known of the transition ${shown(op)}`);
  try {
    decode2(tuple.slice(1), op, atomCount, into);
  } catch (fault) {
    throw new Error(`${op} ${fault.message}`);
  }
}
function bare(rest2, op, atomCount, into) {
  const [which] = only(rest2, 1);
  if (which === void 0 || !isJsonArray(which)) {
    into.push([op, atom(which, atomCount)]);
    return;
  }
  const [from, to] = range(which[0], which[1], atomCount);
  if (which.length !== 2 || from === to) throw new Error(`has the range ${shown(which)}`);
  for (let index = from; index < to; index++) into.push([op, index]);
}
function valued(rest2, op, atomCount, into) {
  if (rest2.length === 2) into.push([op, atom(rest2[0], atomCount), rest2[1]]);
  else bare(rest2, op, atomCount, into);
}
function failed(rest2, op, atomCount, into) {
  const [which, what] = only(rest2, 2);
  into.push([op, atom(which, atomCount), failure(what, 0)]);
}
function only(rest2, length) {
  if (rest2.length !== length) throw new Error(`has ${rest2.length} parts instead of ${length}`);
  return rest2;
}
function atom(value, atomCount) {
  if (!isIndex(value, atomCount - 1)) throw new Error(`names atom ${shown(value)} of ${atomCount}`);
  return value;
}
function atoms(value, atomCount) {
  if (value === void 0 || !isJsonArray(value)) throw new Error("has no list of atoms");
  return value.map((one) => atom(one, atomCount));
}
function range(from, to, atomCount) {
  if (!isIndex(from, atomCount) || !isIndex(to, atomCount) || from > to) {
    throw new Error(`has the range ${shown(from)} to ${shown(to)} of ${atomCount} atoms`);
  }
  return [from, to];
}
function natural(value) {
  if (!isIndex(value, Number.MAX_SAFE_INTEGER)) throw new Error(`has the number ${shown(value)}`);
  return value;
}
function truth(value) {
  if (typeof value !== "boolean") throw new Error(`has the vote ${shown(value)}`);
  return value;
}
function isIndex(value, max) {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
}
function runState(value) {
  if (value === void 0 || !STATES.has(value)) throw new Error(`has the state ${shown(value)}`);
  return value;
}
function intention(value) {
  if (value === void 0 || !INTENTIONS.has(value)) throw new Error(`has the intention ${shown(value)}`);
  return value;
}
function decided(rest2, atomCount) {
  const [retry, failed2, via, word] = rest2;
  if (word === void 0 || !DECISION_WORDS.has(word)) throw new Error(`has the decision ${shown(word)}`);
  return [atom(retry, atomCount), atom(failed2, atomCount), atom(via, atomCount), word];
}
function progress(rest2, atomCount) {
  const [which, fraction, details2] = rest2;
  if (rest2.length !== 2 && rest2.length !== 3) throw new Error(`has ${rest2.length} parts instead of 2 or 3`);
  if (typeof fraction !== "number" || !(fraction >= 0 && fraction <= 1)) throw new Error(`has the fraction ${shown(fraction)}`);
  const index = atom(which, atomCount);
  return details2 === void 0 ? ["PROGRESS", index, fraction] : ["PROGRESS", index, fraction, details2];
}
function flowChange(value, atomCount) {
  if (!isJsonObject(value)) throw new Error("says nothing of the flow");
  const { version, fingerprint, manifest, from } = value;
  if (!Number.isInteger(version) || typeof fingerprint !== "string" || manifest === void 0 || from === void 0 || !isJsonArray(from)) {
    throw new Error("does not say enough of the flow");
  }
  const places = from.map((place) => place === -1 ? -1 : atom(place, atomCount));
  return { version, fingerprint, manifest, from: places };
}
function creation(value) {
  if (!isJsonObject(value)) throw new Error("says nothing of the run");
  const { key, flow, version, fingerprint, inputs, inputsHash } = value;
  const texts = typeof key === "string" && typeof flow === "string" && typeof fingerprint === "string" && typeof inputsHash === "string";
  if (!texts || !Number.isInteger(version) || !isJsonObject(inputs)) throw new Error("does not say enough of the run");
  return { key, flow, version, fingerprint, inputs, inputsHash };
}
function failure(value, depth) {
  if (!isJsonObject(value)) throw new Error("has no failure");
  if (depth > MAX_CAUSES2) throw new Error(`has more than ${MAX_CAUSES2} causes of causes`);
  const { name: name2, message, code, stack, cause, permanent } = value;
  if (typeof name2 !== "string" || typeof message !== "string") throw new Error("has a failure without name or message");
  const texts = isOptionalText(code) && isOptionalText(stack);
  if (!texts || permanent !== void 0 && permanent !== true) throw new Error("has a failure with parts of a wrong type");
  if (cause !== void 0) failure(cause, depth + 1);
  return value;
}
function isOptionalText(value) {
  return value === void 0 || typeof value === "string";
}
function shown(value) {
  return value === void 0 ? "nothing" : JSON.stringify(value).slice(0, 80);
}

// src/persistence/journal-error.ts
var JournalError = class extends PersistenceError {
  constructor(code, runId, seq, reason, options) {
    super(code, `the journal of run '${runId}' can't be read${seq < 0 ? "" : ` at seq ${seq}`}: ${reason}`, options);
    this.runId = runId;
    this.seq = seq;
    this.reason = reason;
  }
  runId;
  seq;
  reason;
};

// src/persistence/entry-format.ts
var BARE = /* @__PURE__ */ new Set(["RUNNING", "SUCCESS", "REVERTING", "REVERTED", "RETRYING", "IGNORE", "WITHDRAWN", "SETTLED"]);
var UPCASTS = /* @__PURE__ */ new Map();
function encodeTransitions(transitions) {
  for (let index = 1; index < transitions.length; index++) {
    if (continues(transitions[index - 1], transitions[index])) return JSON.stringify(merge(transitions));
  }
  return JSON.stringify(transitions);
}
function encodeEntry(entry) {
  return {
    runId: entry.runId,
    seq: entry.seq,
    epoch: entry.epoch,
    kind: entry.kind,
    writer: entry.writer,
    stepId: entry.stepId,
    format: entry.format,
    atMs: entry.atMs,
    transitions: encodeTransitions(entry.transitions)
  };
}
function decodeEntry(stored, atomCount) {
  const { runId, seq } = stored;
  const surroundings = faultOf3(stored);
  if (surroundings !== void 0) throw new JournalError("JOURNAL_CORRUPT", runId, seq, surroundings);
  if (stored.format > ENTRY_FORMAT) {
    const reason = `it has format ${stored.format}, and this version reads up to ${ENTRY_FORMAT}: a newer flowproof wrote it`;
    throw new JournalError("JOURNAL_TOO_NEW", runId, seq, reason);
  }
  try {
    const transitions = decodeTransitions(stored, atomCount);
    checkPlaces(stored, transitions);
    const { epoch, kind, writer, stepId, format, atMs } = stored;
    return { runId, seq, epoch, kind, writer, stepId, format, atMs, transitions };
  } catch (cause) {
    throw new JournalError("JOURNAL_CORRUPT", runId, seq, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
function decodeTransitions(stored, atomCount) {
  let tuples = JSON.parse(stored.transitions);
  for (let format = stored.format; format < ENTRY_FORMAT; format++) {
    const upcast = UPCASTS.get(format);
    if (upcast === void 0) throw new Error(`format ${format} was never in use`);
    tuples = upcast(tuples);
  }
  if (!isJsonArray(tuples)) throw new Error("its transitions are not a list");
  const transitions = [];
  let count = atomCount;
  for (const tuple of tuples) {
    decodeTransition(tuple, count, transitions);
    count = atomsAfter(transitions.at(-1), count);
  }
  return transitions;
}
function atomsAfter(transition, before) {
  if (transition?.[0] === "FLOW") return transition[1].from.length;
  if (transition?.[0] !== "SNAPSHOT" || !isJsonObject(transition[1])) return before;
  const { count } = transition[1];
  return typeof count === "number" ? count : before;
}
function checkPlaces({ seq, kind }, transitions) {
  for (const [index, [op]] of transitions.entries()) {
    if (op === "CREATED" && (seq !== 0 || index !== 0)) throw new Error("a run is created in the middle of it");
    if (op === "SNAPSHOT" && (kind !== "snapshot" || transitions.length !== 1))
      throw new Error("a snapshot stands among other transitions");
  }
  if (seq === 0 && transitions[0]?.[0] !== "CREATED") throw new Error("a run begins without being created");
  if (kind === "snapshot" && transitions[0]?.[0] !== "SNAPSHOT") throw new Error("a snapshot is empty");
}
function faultOf3({ seq, epoch, kind, writer, stepId, format, atMs }) {
  if (!Number.isSafeInteger(seq) || seq < 0) return `its seq is ${seq}`;
  if (!Number.isSafeInteger(epoch) || epoch < 0) return `its epoch is ${epoch}`;
  if (kind !== "step" && kind !== "snapshot") return `its kind is '${String(kind)}'`;
  if (typeof writer !== "string" || typeof stepId !== "string") return "it does not say who wrote it";
  if (!Number.isSafeInteger(format) || format < 1) return `its format is ${format}`;
  if (!Number.isFinite(atMs)) return `its time is ${atMs}`;
  return void 0;
}
function continues(before, after2) {
  if (before === void 0 || after2 === void 0) return false;
  if (before[0] !== after2[0] || before.length !== 2 || after2.length !== 2) return false;
  return BARE.has(before[0]) && typeof before[1] === "number" && after2[1] === before[1] + 1;
}
function merge(transitions) {
  const merged2 = [];
  for (let from = 0; from < transitions.length; ) {
    let to = from + 1;
    while (to < transitions.length && continues(transitions[to - 1], transitions[to])) to++;
    const first = transitions[from];
    merged2.push(to - from === 1 ? first : [first[0], [first[1], first[1] + to - from]]);
    from = to;
  }
  return merged2;
}

// src/model/clock.ts
var systemClock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  }
};

// src/persistence/read-entries.ts
async function* readEntries({ runId, shape, first, last, pages }) {
  let next = first;
  let epoch = 0;
  let atoms2 = shape.atoms.length;
  for await (const page of pages) {
    const entries = [];
    for (const stored of page) {
      if (stored.seq !== next) throw missing(runId, next);
      if (stored.epoch < epoch)
        throw new JournalError("JOURNAL_CORRUPT", runId, next, `its epoch ${stored.epoch} is lower than the one before`);
      const entry = decodeEntry(stored, atoms2);
      for (const transition of entry.transitions) atoms2 = atomsAfter(transition, atoms2);
      entries.push(entry);
      epoch = stored.epoch;
      next++;
    }
    yield entries;
  }
  if (next <= last) throw missing(runId, next);
}
function missing(runId, seq) {
  return new JournalError("JOURNAL_GAP", runId, seq, "this entry is missing");
}

// src/persistence/shape-format.ts
function encodeShape({ atoms: atoms2, manifest }) {
  return JSON.stringify({ atoms: atoms2, manifest });
}
function decodeShape(runId, fingerprint, text) {
  if (text === void 0) throw corrupt(runId, `the shape '${fingerprint}' of its flow is missing`);
  let stored;
  try {
    stored = JSON.parse(text);
  } catch (cause) {
    throw corrupt(runId, `the shape '${fingerprint}' of its flow is not JSON`, cause);
  }
  if (!isJsonObject(stored) || !areAtoms(stored.atoms)) throw corrupt(runId, `the shape '${fingerprint}' of its flow has no atoms`);
  return { fingerprint, atoms: stored.atoms, manifest: stored.manifest ?? null };
}
function areAtoms(value) {
  if (value === void 0 || !isJsonArray(value)) return false;
  return value.every(
    (atom2) => isJsonArray(atom2) && atom2.length === 2 && typeof atom2[0] === "string" && (atom2[1] === "task" || atom2[1] === "retry")
  );
}
function corrupt(runId, reason, cause) {
  return new JournalError("JOURNAL_CORRUPT", runId, -1, reason, { cause });
}

// src/persistence/leases.ts
var Leases = class {
  #clock;
  #ends = /* @__PURE__ */ new Map();
  constructor(clock) {
    this.#clock = clock;
  }
  renew(owner, leaseMs) {
    this.#ends.set(owner, this.#clock.monotonicMs() + leaseMs);
  }
  end(owner) {
    this.#ends.delete(owner);
  }
  isAlive(owner) {
    const end = this.#ends.get(owner);
    return end !== void 0 && end > this.#clock.monotonicMs();
  }
};

// src/persistence/prune.ts
var DEFAULT_STATES = ["SUCCESS", "REVERTED", "CANCELLED"];
var DEFAULT_BATCH = 100;
function pruneOrder({ states = DEFAULT_STATES, limit = DEFAULT_BATCH, ...rest2 }) {
  const open2 = states.find((state) => !isEnded(state));
  if (open2 !== void 0) throw new TypeError(`runs that are ${open2} can't be pruned: only those that have ended`);
  if (!Number.isInteger(limit) || limit < 1) throw new TypeError(`limit is ${limit}: it must be an integer from 1`);
  if (!Number.isFinite(rest2.endedBeforeMs))
    throw new TypeError(`endedBeforeMs is ${rest2.endedBeforeMs}: it must be milliseconds since 1970`);
  return { states, limit, ...rest2 };
}

// src/persistence/run-table.ts
var DEFAULT_PAGE = 100;
var RunTable = class {
  #runs = /* @__PURE__ */ new Map();
  #keys = /* @__PURE__ */ new Map();
  /** Run ids in ascending order, so that a page costs its length. */
  #order = [];
  #mail = /* @__PURE__ */ new Set();
  #leases;
  constructor(clock = systemClock) {
    this.#leases = new Leases(clock);
  }
  records() {
    return this.#runs.values();
  }
  get(runId) {
    return this.#runs.get(runId);
  }
  byKey(key) {
    return this.#keys.get(key);
  }
  create({ entry, key, flow, version, fingerprint, inputsHash, state, owner, ...ended }, place) {
    const { runId, atMs } = entry;
    const inbox = /* @__PURE__ */ new Map();
    const facts = { runId, key, flow, version, fingerprint, inputsHash, createdAtMs: atMs };
    const endedAtMs = isEnded(state) ? ended.endedAtMs ?? atMs : void 0;
    const now = { state, endedAtMs, owner: owner ?? void 0 };
    const record = { ...facts, ...now, places: [place], start: 0, tail: tailOf(entry), inbox };
    this.#runs.set(runId, record);
    this.#keys.set(key, record);
    const last = this.#order.at(-1);
    if (last === void 0 || last < runId) this.#order.push(runId);
    else this.#order.splice(this.#position(runId), 0, runId);
  }
  /** Who may append: the rule of the journal, in one place for these stores. */
  judge(record, { seq, epoch }) {
    if (record === void 0) return "stale";
    const { tail } = record;
    if (seq <= tail.seq) return "taken";
    return seq === tail.seq + 1 && tail.epoch <= epoch ? "ok" : "stale";
  }
  append(record, item, place) {
    record.tail = tailOf(item.entry);
    if (item.entry.kind === "snapshot") record.start = record.places.length;
    record.places.push(place);
    if (item.summary?.state !== void 0) {
      record.state = item.summary.state;
      record.endedAtMs = isEnded(record.state) ? item.entry.atMs : void 0;
    }
    if (item.summary?.owner !== void 0) record.owner = item.summary.owner ?? void 0;
    if (item.consume === void 0) return;
    for (const id of item.consume) record.inbox.delete(id);
    if (record.inbox.size === 0) this.#mail.delete(record);
  }
  /** @throws RunNotFoundError when there is nobody to send to. */
  addressee(message) {
    const record = this.#runs.get(message.runId);
    if (record === void 0) throw new RunNotFoundError(message.runId);
    return record;
  }
  deliver(record, message) {
    record.inbox.set(message.id, message);
    this.#mail.add(record);
  }
  summary({ runId, key, flow, version, fingerprint, inputsHash, state, createdAtMs, owner }) {
    const facts = { runId, key, flow, version, fingerprint, inputsHash, state, createdAtMs };
    return owner === void 0 ? facts : { ...facts, owner: { id: owner, alive: this.#leases.isAlive(owner) } };
  }
  page({ flow, states, ownerless, before, limit = DEFAULT_PAGE }) {
    const runs = [];
    for (let index = before === void 0 ? this.#order.length : this.#position(before); index > 0; index--) {
      const record = this.#runs.get(this.#order[index - 1]);
      if (flow !== void 0 && record.flow !== flow) continue;
      if (states !== void 0 && !states.includes(record.state)) continue;
      const summary = this.summary(record);
      if (ownerless === true && summary.owner?.alive === true) continue;
      const last = runs.at(-1);
      if (runs.length === limit && last !== void 0) return { runs, next: last.runId };
      runs.push(summary);
    }
    return { runs };
  }
  tick({ owner, leaseMs, watch }) {
    this.#leases.renew(owner, leaseMs);
    const messages = [...this.#mail].filter((record) => record.owner === owner).flatMap((record) => [...record.inbox.values()]);
    const watched = watch.map((runId) => this.#runs.get(runId)).filter((record) => record !== void 0);
    return { messages, watched: watched.map((record) => this.summary(record)) };
  }
  release(owner) {
    this.#leases.end(owner);
  }
  /** Which runs a batch removes; {@link remove} does so. */
  prunable(params) {
    const { states, limit, endedBeforeMs, flow, after: after2 } = pruneOrder(params);
    const runIds = [];
    for (let index = after2 === void 0 ? 0 : this.#position(after2); index < this.#order.length; index++) {
      const { runId, state, endedAtMs, flow: name2 } = this.#runs.get(this.#order[index]);
      if (runId === after2 || endedAtMs === void 0 || endedAtMs >= endedBeforeMs) continue;
      if (!states.includes(state) || flow !== void 0 && flow !== name2) continue;
      runIds.push(runId);
      if (runIds.length === limit) return { runIds, next: runId };
    }
    return { runIds };
  }
  remove(runIds) {
    const gone2 = new Set(runIds);
    for (const runId of gone2) {
      const record = this.#runs.get(runId);
      if (record === void 0) continue;
      this.#runs.delete(runId);
      this.#keys.delete(record.key);
      this.#mail.delete(record);
    }
    const kept = this.#order.filter((runId) => !gone2.has(runId));
    this.#order.length = 0;
    for (const runId of kept) this.#order.push(runId);
  }
  /** How many run ids are lower than this one. */
  #position(runId) {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = low + high >>> 1;
      if (this.#order[middle] < runId) low = middle + 1;
      else high = middle;
    }
    return low;
  }
};
function tailOf({ seq, epoch, writer, stepId }) {
  return { seq, epoch, writer, stepId };
}

// src/persistence/memory-journal.ts
var PAGE = 512;
var OK = { kind: "ok" };
var MINE = { kind: "mine" };
var STALE = { kind: "stale" };
var MemoryStore = class {
  table;
  shapes = /* @__PURE__ */ new Map();
  constructor(clock = systemClock) {
    this.table = new RunTable(clock);
  }
};
var MemoryJournal = class {
  capabilities = { powerSafe: false, multiProcess: false, transactional: false, serverClock: true };
  #store;
  #table;
  #closed = false;
  constructor(store2) {
    this.#store = store2;
    this.#table = store2.table;
  }
  async open() {
    this.#check();
  }
  async createRun(params) {
    this.#check();
    const { shape } = params;
    const taken = this.#table.byKey(params.key) ?? this.#table.get(params.entry.runId);
    if (taken !== void 0) return { kind: "exists", run: this.#table.summary(taken) };
    const stored = encodeEntry(params.entry);
    if (!this.#store.shapes.has(shape.fingerprint)) this.#store.shapes.set(shape.fingerprint, encodeShape(shape));
    this.#table.create({ ...params, fingerprint: shape.fingerprint }, stored);
    return { kind: "created" };
  }
  async append(items) {
    this.#check();
    return items.map((item) => this.#appendOne(item));
  }
  #appendOne(item) {
    const { entry } = item;
    const record = this.#table.get(entry.runId);
    const verdict = this.#table.judge(record, entry);
    if (record === void 0 || verdict === "stale") return STALE;
    if (verdict === "taken") {
      const there = record.places[entry.seq];
      return there?.writer === entry.writer && there.stepId === entry.stepId ? MINE : STALE;
    }
    try {
      this.#table.append(record, item, encodeEntry(entry));
      return OK;
    } catch (cause) {
      return { kind: "refused", cause };
    }
  }
  async load(runId) {
    this.#check();
    const record = this.#table.get(runId);
    if (record === void 0) return void 0;
    const { fingerprint, places, start, tail } = record;
    const shape = decodeShape(runId, fingerprint, this.#store.shapes.get(fingerprint));
    const pages = inPages(places, start, places.length);
    const entries = readEntries({ runId, shape, first: start === 0 ? 0 : places[start]?.seq ?? 0, last: tail.seq, pages });
    return { summary: this.#table.summary(record), shape, entries, inbox: [...record.inbox.values()] };
  }
  async find(by) {
    this.#check();
    const record = "runId" in by ? this.#table.get(by.runId) : this.#table.byKey(by.key);
    return record === void 0 ? void 0 : this.#table.summary(record);
  }
  async runs(filter) {
    this.#check();
    return this.#table.page(filter);
  }
  async send(message) {
    this.#check();
    const record = this.#table.addressee(message);
    if (!record.inbox.has(message.id)) this.#table.deliver(record, JSON.parse(JSON.stringify(message)));
  }
  async tick(params) {
    this.#check();
    return this.#table.tick(params);
  }
  async release(owner) {
    this.#check();
    this.#table.release(owner);
  }
  async prune(params) {
    this.#check();
    const result = this.#table.prunable(params);
    this.#table.remove(result.runIds);
    return result;
  }
  async close() {
    this.#closed = true;
  }
  #check() {
    if (this.#closed) throw new PersistenceError("STORE_CLOSED", "this journal was closed");
  }
};
function* inPages(places, from, to) {
  for (let index = from; index < to; index += PAGE) yield places.slice(index, Math.min(index + PAGE, to));
}

// src/persistence/memory.ts
function memory(options = {}) {
  const store2 = new MemoryStore(options.clock);
  return { kind: "memory", connect: () => new MemoryJournal(store2) };
}

// src/engine/writer.ts
var FIRST_WAIT_MS = 50;
var LONGEST_WAIT_MS = 2e3;
var Writer = class {
  #parts;
  /** Made anew for each takeover: two engines never write under one name. */
  id;
  #confirmedAtMs;
  #givenUp = false;
  constructor(parts) {
    this.#parts = parts;
    this.id = parts.ids.unique();
    this.#confirmedAtMs = parts.clock.monotonicMs();
  }
  entry(status, transitions) {
    return {
      runId: status.runId,
      seq: status.seq,
      epoch: status.epoch,
      kind: "step",
      writer: this.id,
      stepId: this.#parts.ids.stepId(),
      format: ENTRY_FORMAT,
      atMs: this.#parts.clock.nowMs(),
      transitions
    };
  }
  /** The store is not waited for any longer. */
  giveUp() {
    this.#givenUp = true;
  }
  /** How long ago the journal last confirmed that the run is this writer's. */
  sinceConfirmedMs() {
    return this.#parts.clock.monotonicMs() - this.#confirmedAtMs;
  }
  /**
   * Resolves when the item is durable. While the store can't be reached the run waits: that is never a task's failure.
   *
   * @throws StaleRunError when another writer went on with the run
   * @throws PersistenceError `STORE_UNREACHABLE` after `storeTimeoutMs`; or what the store says about the item
   */
  async append(item) {
    const { runId, seq } = item.entry;
    const sentAtMs = this.#parts.clock.monotonicMs();
    const [first] = await this.#parts.journal.append([item]);
    if (first?.kind === "ok") {
      this.#confirmedAtMs = sentAtMs;
      return;
    }
    const result = await this.#insist(item.entry, async () => (await this.#parts.journal.append([item]))[0] ?? NO_ANSWER);
    if (result.kind === "stale") throw new StaleRunError(runId);
    if (result.kind === "refused") {
      throw new PersistenceError("STORE_REFUSED", `the store refused step ${seq} of run '${runId}': ${String(result.cause)}`, {
        cause: result.cause
      });
    }
  }
  /** Begins a run, with the same patience as {@link append}. */
  create(params) {
    return this.#insist(params.entry, () => this.#parts.journal.createRun(params));
  }
  /** Sends the same again until an answer comes: a store recognizes what it has already. */
  async #insist(entry, send) {
    const { clock, storeTimeoutMs } = this.#parts;
    const startedMs = clock.monotonicMs();
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const sentAtMs = clock.monotonicMs();
      const result = await send();
      if (result.kind !== "unknown") {
        this.#confirmedAtMs = sentAtMs;
        return result;
      }
      if (this.#givenUp || clock.monotonicMs() - startedMs >= storeTimeoutMs) {
        const message = `the store gave no answer for ${Math.round(clock.monotonicMs() - startedMs)} ms: run '${entry.runId}' stays as it was before step ${entry.seq}`;
        throw new PersistenceError("STORE_UNREACHABLE", message, { cause: result.cause });
      }
      await new Promise((resolve) => clock.after(waitMs, resolve));
    }
  }
};
var NO_ANSWER = { kind: "unknown", cause: void 0 };
function summaryOf(status, transitions, released) {
  const moved3 = transitions.some(([word]) => word === "RUN");
  const atRest = isEnded(status.state) || status.state === "SUSPENDED";
  if (!moved3 && !released) return void 0;
  return { ...moved3 ? { state: status.state } : {}, ...atRest || released ? { owner: null } : {} };
}

// src/engine/engine.ts
function limitsOf({ executor, clock, onFailure }, hold) {
  const { capacity, lockstep } = executor;
  return { capacity, hold, nowMs: clock.nowMs(), onFailure, ...lockstep === void 0 ? {} : { lockstep } };
}
var SAVED_TOO_LATE = "ctx.save came after the task had ended, or after its run was given up: nothing was saved";
var LONGEST_SLEEP_MS = 2 ** 31 - 1;
var Engine = class {
  run;
  #parts;
  #writer;
  #mailbox = new Mailbox();
  #inbox = new Inbox();
  #signals;
  #calls;
  #progress;
  #statistics;
  #suspending = false;
  #stopping = false;
  #givenUp = false;
  /** Why nothing can be saved any more. */
  #over;
  #savings = [];
  #alarm;
  constructor(run2, writer, parts) {
    this.run = run2;
    this.#writer = writer;
    this.#parts = parts;
    this.#signals = new Signals(parts.onFailure === "abortSiblings");
    this.#statistics = new Statistics(parts.clock);
    this.#progress = new ProgressNotes(parts.clock, () => this.#mailbox.ring());
    this.#calls = new Calls(run2, parts, this.#signals, {
      finished: (outcome) => this.#mailbox.post({ kind: "finished", outcomes: [outcome] }),
      save: (call2, data) => this.#save(call2, data),
      progress: (call2, path, fraction, details2) => this.#note(call2, path, fraction, details2),
      emit: (path, event, data) => parts.emit({ type: "emitted", ...this.#common(), path, event, ...data === void 0 ? {} : { data } })
    });
  }
  /** Asks to stop between two tasks and to state it. Heard at once; nothing of it is durable before the run rests. */
  suspend() {
    this.#suspending = true;
    this.#mailbox.ring();
  }
  /** The wish of an outsider; the step that heeds it uses it up. */
  deliver(message) {
    const wish = this.#inbox.take(message, this.run);
    if (wish === "suspend") this.suspend();
    else if (wish !== void 0) this.#mailbox.post(wish);
  }
  /** Starts nothing more; {@link drive} returns when what is under way has ended. The run stays RUNNING, for anyone to go on. */
  stop() {
    this.#stopping = true;
    this.#mailbox.ring();
  }
  /** What is under way is not waited for any longer. */
  giveUp(reason) {
    this.#givenUp = true;
    this.#writer.giveUp();
    this.#signals.abort(reason);
    this.#mailbox.ring();
  }
  statistics() {
    return this.#statistics.of(this.run);
  }
  /**
   * Goes on from a step that is durable already, to the end, a suspension or a stop.
   *
   * @param watch told of each durable step, before what it starts is called: the run waits until it resolves
   * @throws StaleRunError when another engine took the run over
   * @throws PersistenceError when the store is out of reach for too long; the run is as it was
   */
  async drive(first, watch) {
    try {
      let step = first;
      for (; ; ) {
        const events = this.announce(step);
        if (watch !== void 0) await watch(step, events);
        if (isEnded(this.run.status.state)) return "ended";
        if (this.run.status.state === "SUSPENDED") return "suspended";
        const withdrawn = await this.#begin(step.commands);
        if (this.#isAtRest(withdrawn.length)) return "stopped";
        if (withdrawn.length === 0) await this.#arrival();
        if (this.#givenUp) return "stopped";
        const news = this.#mailbox.take(this.#parts.executor.lockstep ? this.run.frontier.inFlight - withdrawn.length : 0);
        step = await this.#step(withdrawn.length > 0 ? [{ kind: "notStarted", atoms: withdrawn }, ...news] : news);
      }
    } catch (error) {
      this.#signals.abort(error instanceof Error ? error : new Error(String(error)));
      this.#end(error);
      throw error;
    } finally {
      this.#end(new Error(SAVED_TOO_LATE));
    }
  }
  async #arrival() {
    this.#statistics.waits();
    await this.#mailbox.arrival();
    this.#statistics.works();
  }
  async #step(news) {
    const savings = this.#savings;
    this.#savings = [];
    const heeded = this.#inbox.heeded();
    this.#statistics.hears(this.run, news);
    const step = this.#decide([...this.#progress.take(), ...news]);
    try {
      if (step.transitions.length + heeded.length > 0) await this.#append(step.transitions, heeded);
    } catch (error) {
      for (const saving of savings) saving.reject(error);
      throw error;
    }
    for (const { atom: atom2, resolve, reject } of savings) {
      if (step.transitions.some((transition) => transition[0] === "SAVED" && transition[1] === atom2)) resolve();
      else reject(new Error(SAVED_TOO_LATE));
    }
    return step;
  }
  #decide(events) {
    this.run.observed = this.#parts.listening();
    return decide(this.run, events, this.#limits());
  }
  /** @param heeded messages that these transitions heed, or that meant nothing */
  async #append(transitions, heeded = []) {
    const { status } = this.run;
    const released = this.#stopping && this.run.frontier.inFlight === 0;
    const summary = summaryOf(status, transitions, released);
    const used2 = [...heeded, ...this.#inbox.restedBy(status)];
    this.#statistics.writes();
    await this.#writer.append({
      entry: this.#writer.entry(status, transitions),
      durability: this.#parts.durability === "relaxed" ? "relaxed" : "full",
      ...summary === void 0 ? {} : { summary },
      ...used2.length === 0 ? {} : { consume: used2 }
    });
    this.#statistics.works();
  }
  /** Calls what the step marked as started, if nothing speaks against it; returns what must be taken back instead. */
  async #begin(commands) {
    if (commands.length === 0) return [];
    for (const command of commands) if (command.do === "suspend") this.#suspending = true;
    const hold = this.#hold();
    if (this.#isDoubtful() && commands.some((command) => isCall(command) && mayCall2(command, hold))) await this.#confirm();
    const withdrawn = [];
    for (const command of commands) {
      if (!isCall(command)) this.#obey(command);
      else if (mayCall2(command, this.#parts.executor.lockstep ? hold : this.#hold())) this.#call(command);
      else withdrawn.push(command.atom);
    }
    return withdrawn;
  }
  #call(call2) {
    if (this.#parts.listening()) this.#parts.emit(callEvent(this.run, call2, this.#common()));
    this.#statistics.calls++;
    this.#calls.start(call2);
  }
  #obey(command) {
    switch (command.do) {
      case "ask":
        this.#ask(command);
        return;
      case "sleep":
        this.#sleep(command.untilMs);
        return;
      case "abort":
        this.#signals.abort(new Error("the run goes back: the result of this call is not wanted"), command.atoms);
    }
  }
  #ask({ question: question2, id }) {
    void this.#calls.ask(question2).then((said) => this.#mailbox.post({ kind: "answered", id, question: question2, ...said }));
  }
  #sleep(untilMs) {
    this.#alarm?.();
    const { clock } = this.#parts;
    const delayMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, untilMs - clock.nowMs()));
    this.#alarm = clock.after(delayMs, () => this.#mailbox.ring());
  }
  /** This process may have been frozen between the answer of the journal and now, and another one may have gone on. */
  #isDoubtful() {
    return this.#writer.sinceConfirmedMs() >= this.#parts.leaseMs * 2 / 3;
  }
  /** An empty step asks the journal whether the run is still ours. */
  async #confirm() {
    beginEntry(this.run.status);
    await this.#append([]);
  }
  #isAtRest(withdrawing) {
    return this.#givenUp || this.#stopping && withdrawing === 0 && this.run.frontier.inFlight === 0;
  }
  #hold() {
    return this.#suspending ? "suspend" : this.#stopping ? "stop" : "none";
  }
  #limits() {
    return limitsOf(this.#parts, this.#hold());
  }
  #save(call2, data) {
    return new Promise((resolve, reject) => {
      if (this.#over !== void 0) return reject(this.#over);
      const encoded = this.#parts.codec.encode(data);
      this.#savings.push({ atom: call2.atom, resolve, reject });
      this.#mailbox.post({ kind: "saved", call: call2, data: encoded });
    });
  }
  #note(call2, path, fraction, details2) {
    const encoded = details2 === void 0 ? {} : { details: this.#parts.codec.encode(details2) };
    if (this.#parts.listening()) {
      this.#parts.emit({ type: "progress", ...this.#common(), path, fraction, ...details2 === void 0 ? {} : { details: details2 } });
    }
    if (this.#over === void 0) this.#progress.add({ kind: "progress", call: call2, fraction, ...encoded });
  }
  /** Nothing more is started or saved: whoever still waits is told. */
  #end(reason) {
    this.#over ??= reason;
    this.#alarm?.();
    this.#progress.end();
    for (const saving of this.#savings) saving.reject(this.#over);
    this.#savings = [];
  }
  /** Tells listeners of a durable step. */
  announce(step) {
    if (!this.run.observed) return [];
    const events = eventsOf(this.run, step, this.#common());
    for (const event of events) this.#parts.emit(event);
    return events;
  }
  #common() {
    return { run: this.run.status.creation.key, flow: this.run.flow.name, atMs: this.#parts.clock.nowMs() };
  }
};
function isCall(command) {
  return command.do === "execute" || command.do === "revert";
}
function mayCall2(call2, hold) {
  return hold === "none" || hold === "suspend" && call2.again;
}

// src/engine/heap.ts
var Heap = class {
  #items = [];
  #before;
  constructor(before) {
    this.#before = before;
  }
  push(item) {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const above = at - 1 >> 1;
      if (!this.#before(item, items[above])) break;
      items[at] = items[above];
      at = above;
    }
    items[at] = item;
  }
  peek() {
    return this.#items[0];
  }
  pop() {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === void 0 || last === void 0 || items.length === 0) return first;
    let at = 0;
    for (; ; ) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && this.#before(items[below + 1], items[below])) below++;
      if (!this.#before(items[below], last)) break;
      items[at] = items[below];
      at = below;
    }
    items[at] = last;
    return first;
  }
};

// src/engine/alarms.ts
var Alarms = class {
  #heap = new Heap((a2, b2) => a2.atMs < b2.atMs || a2.atMs === b2.atMs && a2.atom < b2.atom);
  set(atom2, atMs) {
    this.#heap.push({ atom: atom2, atMs });
  }
  next(isSo) {
    for (let alarm = this.#heap.peek(); alarm !== void 0; alarm = this.#heap.peek()) {
      if (isSo(alarm)) return alarm;
      this.#heap.pop();
    }
    return void 0;
  }
};

// src/engine/ballot.ts
var Ballot = class {
  #flow;
  #run;
  #open;
  /** Whether everything before a node has ended. */
  #isReached;
  /** Deciders by the node that they let begin. */
  #byEntry;
  /** Deciders of the branches of one choice; the first one is asked for all. */
  #byChoice;
  /** Candidates to be asked, in definition order. */
  #candidates = new Heap((a2, b2) => a2 < b2);
  #listed = /* @__PURE__ */ new Set();
  constructor(flow, run2, open2, isReached) {
    this.#flow = flow;
    this.#run = run2;
    this.#open = open2;
    this.#isReached = isReached;
    this.#byEntry = grouped(flow, ({ entry }) => entry);
    this.#byChoice = grouped(flow, ({ choice }) => choice?.id);
  }
  at(entry) {
    return this.#byEntry.get(entry) ?? [];
  }
  branchesOf(choice) {
    return this.#byChoice.get(choice) ?? [];
  }
  decider(index) {
    return this.#flow.deciders?.[index];
  }
  /** Whether nobody has to be asked any more before this node begins; who is to be asked is noted on the way. */
  isOpen(node) {
    const deciders = this.#byEntry.get(node);
    if (deciders === void 0) return true;
    let open2 = true;
    for (const index of deciders) {
      const { first, source } = this.decider(index);
      if (this.#run.atoms[first]?.votes[index] === true || isSkipped(this.#run, source)) continue;
      open2 = false;
      if (this.#mayAsk(index) && !this.#listed.has(index)) {
        this.#listed.add(index);
        this.#candidates.push(index);
      }
    }
    return open2;
  }
  /** The next decider to be asked. */
  next() {
    for (let index = this.#candidates.peek(); index !== void 0; index = this.#candidates.peek()) {
      if (this.#mayAsk(index)) return index;
      this.#candidates.pop();
      this.#listed.delete(index);
    }
    return void 0;
  }
  /** What was asked about atoms that begin anew is asked again, of new facts. */
  forget(from, until) {
    this.#open.forget((question2) => {
      if (question2.about !== "node") return false;
      const { first } = this.decider(question2.decider);
      return first >= from && first < until;
    });
  }
  #mayAsk(index) {
    const { entry, first, source, choice } = this.decider(index);
    if (choice !== void 0 && this.#byChoice.get(choice.id)?.[0] !== index) return false;
    const target = this.#run.atoms[first];
    const undecided = target?.state === "PENDING" && target.intention === "EXECUTE" && target.votes[index] === void 0;
    return undecided && this.#isReached(entry) && !this.#open.isOpen({ about: "node", decider: index }) && !isSkipped(this.#run, source);
  }
};
function grouped(flow, key) {
  const groups = /* @__PURE__ */ new Map();
  for (const [index, decider] of (flow.deciders ?? []).entries()) {
    const group = key(decider);
    if (group === void 0) continue;
    const known = groups.get(group);
    if (known === void 0) groups.set(group, [index]);
    else known.push(index);
  }
  return groups;
}

// src/engine/open-questions.ts
var OpenQuestions = class {
  #open = /* @__PURE__ */ new Map();
  #asked = 0;
  get size() {
    return this.#open.size;
  }
  /** Notes that it is asked; gives the number of the question. */
  ask(question2) {
    const id = ++this.#asked;
    this.#open.set(keyOf2(question2), { id, question: question2 });
    return id;
  }
  isOpen(question2) {
    return this.#open.has(keyOf2(question2));
  }
  /** Whether this is the answer that is waited for: from now on none is. */
  answered(question2, id) {
    const key = keyOf2(question2);
    return this.#open.get(key)?.id === id && this.#open.delete(key);
  }
  /** Answers to these questions are not wanted any more. */
  forget(which) {
    for (const [key, { question: question2 }] of this.#open) if (which(question2)) this.#open.delete(key);
  }
};
function keyOf2(question2) {
  return question2.about === "node" ? `node ${question2.decider}` : `failure ${question2.retry} ${question2.failed} ${question2.via}`;
}

// src/engine/frontier.ts
var FORWARD = 1;
var BACK = 2;
var LOST = 4;
var UNSETTLED = 8;
var Frontier = class {
  #flow;
  #run;
  /** Per node: predecessors that are not done. */
  #waiting;
  /** Per node: successors that are not clear. */
  #holding;
  #done;
  #clear;
  /** Candidates; what is no longer ready is dropped when it is taken. */
  #forward;
  #back;
  #lost;
  /** Per node: in which heaps it is. */
  #queued;
  #flying;
  #inFlight = 0;
  /** Failed atoms of which nobody knows yet what their failure means, in definition order. */
  #unsettled = new Heap((a2, b2) => a2 < b2);
  #alarms = new Alarms();
  questions = new OpenQuestions();
  ballot;
  constructor(flow, run2) {
    const nodes = flow.graph.successors.length;
    this.#flow = flow;
    this.#run = run2;
    this.#waiting = Int32Array.from(flow.graph.predecessors, (list) => list.length);
    this.#holding = new Int32Array(nodes);
    this.#done = new Uint8Array(nodes);
    this.#clear = new Uint8Array(nodes).fill(1);
    this.#queued = new Uint8Array(nodes);
    this.#flying = new Uint8Array(nodes);
    this.ballot = new Ballot(flow, run2, this.questions, (node) => this.#waiting[node] === 0);
    const priority = (atom2) => flow.atoms[atom2]?.priority ?? 0;
    this.#forward = new Heap((a2, b2) => priority(a2) > priority(b2) || priority(a2) === priority(b2) && a2 < b2);
    this.#lost = new Heap((a2, b2) => priority(a2) > priority(b2) || priority(a2) === priority(b2) && a2 < b2);
    this.#back = new Heap((a2, b2) => priority(a2) > priority(b2) || priority(a2) === priority(b2) && a2 > b2);
    for (let node = 0; node < nodes; node++) this.changed(node);
  }
  /** Calls that were made and not lost, and questions: as many answers are to come. */
  get inFlight() {
    return this.#inFlight + this.questions.size;
  }
  /** Calls that were made and not lost. */
  get called() {
    return this.#inFlight;
  }
  /** To be told of every vote: what it let wait may begin. */
  voted(decider) {
    this.changed(this.ballot.decider(decider).entry);
  }
  /** To be told of every node whose state or intention changed. */
  changed(start) {
    const pending = [start];
    for (let node = pending.pop(); node !== void 0; node = pending.pop()) {
      const atom2 = this.#run.atoms[node];
      const reached = this.#waiting[node] === 0;
      const done = atom2 === void 0 ? reached && this.ballot.isOpen(node) : isDone(atom2, reached);
      this.#flip(this.#done, node, done, this.#flow.graph.successors, this.#waiting, pending);
      this.#flip(this.#clear, node, isClear(atom2, this.#holding[node] === 0), this.#flow.graph.predecessors, this.#holding, pending);
      if (atom2 !== void 0) this.#enqueue(node, atom2);
    }
  }
  /** The next atom that may be executed now; it stays until its state changes. */
  nextForward() {
    return this.#first(this.#forward, FORWARD, (node, atom2) => this.#mayExecute(node, atom2));
  }
  /** The next atom that may be undone now: reverted or, if it is a retry, started over. */
  nextBack() {
    return this.#first(this.#back, BACK, (node, atom2) => this.#mayRevert(node, atom2));
  }
  /** The next atom that was in flight when its engine was lost. */
  nextLost() {
    return this.#first(this.#lost, LOST, (_, atom2) => atom2.lost);
  }
  /** The first atom whose failure is to be settled. */
  nextUnsettled() {
    return this.#first(this.#unsettled, UNSETTLED, (_, atom2) => atom2.unsettled);
  }
  /** The next atom that goes on by itself at a time: a retry with its next attempt, a failed revert with another try. */
  nextAlarm() {
    return this.#alarms.next(({ atom: atom2, atMs }) => {
      const status = this.#run.atoms[atom2];
      return status.wakeAtMs === atMs && isResting(status);
    });
  }
  #flip(flags, node, value, neighbors, counts, pending) {
    if (flags[node] === 1 === value) return;
    flags[node] = value ? 1 : 0;
    for (const neighbor of neighbors[node] ?? []) {
      const before = counts[neighbor];
      counts[neighbor] = value ? before - 1 : before + 1;
      if (before === 0 || counts[neighbor] === 0) pending.push(neighbor);
    }
  }
  #enqueue(node, atom2) {
    const flying = isInFlight(atom2) ? 1 : 0;
    this.#inFlight += flying - this.#flying[node];
    this.#flying[node] = flying;
    if (atom2.unsettled) this.#queue(this.#unsettled, UNSETTLED, node);
    if (atom2.wakeAtMs !== void 0 && isResting(atom2)) this.#alarms.set(node, atom2.wakeAtMs);
    if (atom2.lost) this.#queue(this.#lost, LOST, node);
    else if (this.#mayExecute(node, atom2)) this.#queue(this.#forward, FORWARD, node);
    else if (this.#mayRevert(node, atom2)) this.#queue(this.#back, BACK, node);
  }
  #queue(heap, flag, node) {
    const queued = this.#queued[node];
    if ((queued & flag) !== 0) return;
    this.#queued[node] = queued | flag;
    heap.push(node);
  }
  #first(heap, flag, ready) {
    for (let node = heap.peek(); node !== void 0; node = heap.peek()) {
      if (ready(node, this.#run.atoms[node])) return node;
      heap.pop();
      this.#queued[node] = this.#queued[node] & ~flag;
    }
    return void 0;
  }
  #mayExecute(node, atom2) {
    if (atom2.intention !== "EXECUTE") return false;
    if (atom2.state === "RETRYING") return atom2.wakeAtMs === void 0;
    return atom2.state === "PENDING" && this.#waiting[node] === 0 && this.ballot.isOpen(node);
  }
  #mayRevert(node, atom2) {
    const meant = atom2.intention === "REVERT" || atom2.intention === "RETRY";
    if (!meant || this.#holding[node] !== 0) return false;
    return atom2.state === "SUCCESS" || atom2.state === "FAILURE" || atom2.state === "RETRYING" && atom2.intention === "REVERT";
  }
};
function isResting({ state, intention: intention2 }) {
  return state === "RETRYING" && intention2 === "EXECUTE" || state === "REVERT_FAILURE";
}
function isDone({ state }, reached) {
  return state === "IGNORE" || state === "SUCCESS" && reached;
}
function isClear(atom2, free) {
  return free && (atom2 === void 0 || atom2.state === "PENDING" || atom2.state === "REVERTED" || atom2.state === "IGNORE");
}

// src/engine/open.ts
async function beginRun(flow, params, parts) {
  const status = newRun(parts.ids.runId(parts.clock.nowMs()), flow.atoms.length, flow.manifest);
  const run2 = runWith(flow, status, parts.codec);
  run2.observed = parts.listening();
  const { name: name2, version, fingerprint } = flow;
  const { inputs, inputsHash, owner } = params;
  const key = params.key ?? status.runId;
  const creation2 = { key, flow: name2, version, fingerprint, inputs, inputsHash };
  const begin2 = { kind: "begin", creation: creation2, ...owner === null ? { prepared: true } : {} };
  const first = decide(run2, [begin2], limitsOf(parts, "none"));
  const writer = new Writer(parts);
  const entry = writer.entry(status, first.transitions);
  const created = await writer.create({
    entry,
    key,
    flow: name2,
    version,
    inputsHash,
    state: status.state,
    owner: status.state === "RUNNING" ? owner : null,
    shape: shapeOf(flow)
  });
  if (created.kind === "exists" && created.run.runId !== status.runId) return { exists: created.run };
  return { engine: new Engine(run2, writer, parts), first };
}
async function takeOver(taken, inbox, owner, parts) {
  const { run: run2, change } = taken;
  run2.observed = parts.listening();
  const suspensions = inbox.filter(({ kind }) => kind === "suspend");
  const settled = run2.status.state === "SUSPENDED";
  const wishes = inbox.flatMap((message) => wishOf(message, run2) ?? []);
  const events = [{ kind: "resumed", ...change === void 0 ? {} : { change } }, ...wishes];
  const first = decide(run2, events, limitsOf(parts, !settled && suspensions.length > 0 ? "suspend" : "none"));
  const writer = new Writer(parts);
  const engine = new Engine(run2, writer, parts);
  const rests = run2.status.state !== "RUNNING";
  const used2 = settled || rests ? inbox : inbox.filter(({ kind }) => kind !== "suspend");
  await writer.append({
    entry: writer.entry(run2.status, first.transitions),
    durability: "full",
    summary: { state: run2.status.state, owner: rests ? null : owner },
    ...used2.length === 0 ? {} : { consume: used2.map(({ id }) => id) }
  });
  if (!settled) for (const message of suspensions) engine.deliver(message);
  return { engine, first };
}
async function resetRun({ run: run2, change }, inbox, parts) {
  run2.observed = parts.listening();
  const first = decide(run2, [{ kind: "reset", ...change === void 0 ? {} : { change } }], limitsOf(parts, "none"));
  const writer = new Writer(parts);
  await writer.append({
    entry: writer.entry(run2.status, first.transitions),
    durability: "full",
    summary: { state: run2.status.state, owner: null },
    ...inbox.length === 0 ? {} : { consume: inbox.map(({ id }) => id) }
  });
  return { engine: new Engine(run2, writer, parts), first };
}
async function foldRun(loaded) {
  const { runId } = loaded.summary;
  const status = newRun(runId, loaded.shape.atoms.length, loaded.shape.manifest);
  for await (const page of loaded.entries) {
    for (const entry of page) {
      try {
        foldEntry(status, entry);
      } catch (cause) {
        throw new PersistenceError(
          "JOURNAL_CORRUPT",
          `entry ${entry.seq} of run '${runId}' can't follow what is before it: ${cause.message}`,
          { cause }
        );
      }
    }
  }
  return status;
}
function runOf(flow, status, codec, goesOn) {
  if (status.fingerprint === flow.fingerprint) return { run: runWith(flow, status, codec) };
  const refuse3 = (report2) => {
    if (goesOn && report2.length > 0) throw new IncompatibleFlowError(status.creation.key, flow.name, report2);
  };
  const { change, report } = continuationOf(flow, status);
  refuse3(report);
  foldTransition(status, ["FLOW", change]);
  refuse3(missingValues(flow, status));
  return { run: runWith(flow, status, codec), change };
}
function runWith(flow, status, codec) {
  return { flow, status, codec, frontier: new Frontier(flow, status), observed: false };
}
function isWoken(status, inbox) {
  return status.state === "FAILURE" && inbox.some(({ kind }) => kind === "retryRevert" || kind === "skipRevert");
}
function shapeOf(flow) {
  return { fingerprint: flow.fingerprint, atoms: flow.atoms.map(({ path, kind }) => [path, kind]), manifest: flow.manifest };
}

// src/engine/run-result.ts
function runResult(flow, status, codec) {
  const runId = status.creation.key;
  const common = { flow: flow.name, runId };
  switch (status.state) {
    case "SUCCESS":
      return { ...common, state: status.state, results: resultsOf(flow, status, codec) };
    case "REVERTED":
    case "CANCELLED":
      return { ...common, state: status.state, failures: failuresOf(flow, status) };
    case "FAILURE": {
      const partial = status.atoms.some(({ state }, index) => state === "SUCCESS" && flow.atoms[index]?.kind === "task");
      return { ...common, state: status.state, failures: failuresOf(flow, status), partial, pendingReverts: pendingReverts(flow, status) };
    }
    case "SUSPENDED":
      return { ...common, state: status.state };
    default:
      throw new Error(`run '${runId}' is ${status.state}: it has no result yet`);
  }
}
function resultsOf(flow, status, codec) {
  const results = {};
  for (const [name2, source] of flow.results) {
    const stored = storedValue({ flow, status }, source, codec);
    if (stored !== void 0) results[name2] = codec.decode(stored);
  }
  return results;
}

// src/executors/call-task.ts
async function callTask(work, resolve) {
  const made = instanceOf(work.task.code, resolve);
  const instance = made instanceof Promise ? await made : made;
  return work.phase === "execute" ? execute2(work, instance) : revert(work, instance);
}
function execute2({ inputs, context }, instance) {
  const { preExecute, postExecute } = instance;
  if (preExecute === void 0 && postExecute === void 0) return instance.execute(inputs, context);
  const afterwards2 = (failure2) => new InterruptedCall(failure2);
  return around(instance, preExecute, () => instance.execute(inputs, context), postExecute, context, afterwards2);
}
function revert({ inputs, outcome, context }, instance) {
  const { preRevert, postRevert } = instance;
  if (preRevert === void 0 && postRevert === void 0) return instance.revert(inputs, outcome, context);
  const afterwards2 = (failure2) => failure2;
  return around(instance, preRevert, () => instance.revert(inputs, outcome, context), postRevert, context, afterwards2);
}
async function around(instance, before, call2, after2, context, afterwards2) {
  let returned;
  try {
    await before?.call(instance, context);
    returned = await call2();
  } catch (failure2) {
    await quietly(() => after2?.call(instance, context));
    throw failure2;
  }
  try {
    await after2?.call(instance, context);
  } catch (failure2) {
    throw afterwards2(failure2);
  }
  return returned;
}
async function quietly(hook) {
  try {
    await hook();
  } catch {
  }
}

// src/executors/concurrent.ts
var LIMIT = 16;
function concurrent({ limit = LIMIT } = {}) {
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`concurrent({ limit: ${limit} }): give a whole number of at least 1`);
  return { kind: "concurrent", make: ({ resolve }) => ({ capacity: limit, call: (work) => callTask(work, resolve) }) };
}

// src/executors/serial.ts
function serial() {
  return { kind: "serial", make: ({ resolve }) => ({ capacity: 1, call: (work) => callTask(work, resolve) }) };
}

// src/model/json-codec-tags.ts
var TAG = "~";
function encodeTagged(value, inner) {
  if (value instanceof Date) return { "~date": Number.isNaN(value.getTime()) ? null : value.toISOString() };
  if (value instanceof Map) return { "~map": [...value].map(([key, item]) => [inner(key, "(key)"), inner(item, keyText(key))]) };
  if (value instanceof Set) return { "~set": [...value].map((item, index) => inner(item, String(index))) };
  if (value instanceof URL) return { "~url": value.href };
  if (value instanceof RegExp) return { "~regexp": [value.source, value.flags] };
  if (value instanceof Uint8Array) return { "~bytes": Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  if (value instanceof Error) return { "~error": errorFields(value, inner) };
  return void 0;
}
function keyText(key) {
  return typeof key === "object" && key !== null ? "(value)" : String(key);
}
function errorFields(error, inner) {
  const { name: name2, message, stack } = error;
  return {
    name: typeof name2 === "string" ? name2 : "Error",
    message: typeof message === "string" ? message : "",
    ...typeof stack === "string" ? { stack } : {},
    ...error.cause === void 0 ? {} : { cause: inner(error.cause, "cause") }
  };
}
function decodeTagged(tag, content, inner) {
  switch (tag) {
    case "~date":
      return new Date(content === null ? Number.NaN : String(content));
    case "~bigint":
      return BigInt(String(content));
    case "~number":
      return Number(content);
    case "~undefined":
      return void 0;
    case "~map":
      return new Map(content.map(([key, item]) => [inner(key), inner(item)]));
    case "~set":
      return new Set(content.map(inner));
    case "~url":
      return new URL(String(content));
    case "~regexp": {
      const [source, flags] = content;
      return new RegExp(source, flags);
    }
    case "~bytes":
      return new Uint8Array(Buffer.from(String(content), "base64"));
    case "~error":
      return decodeError(content, inner);
    default:
      throw new Error(`a stored value has the unknown tag '${tag}': a newer version of flowproof may have written it`);
  }
}
var ERROR_CLASSES = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError
};
function decodeError(fields, inner) {
  const made = Object.hasOwn(ERROR_CLASSES, fields.name) ? ERROR_CLASSES[fields.name] : Error;
  const error = new made(fields.message, "cause" in fields ? { cause: inner(fields.cause) } : void 0);
  if (error.name !== fields.name) Object.defineProperty(error, "name", { value: fields.name, configurable: true, writable: true });
  Object.defineProperty(error, "stack", { value: fields.stack, configurable: true, writable: true });
  return error;
}

// src/model/json-codec.ts
var MAX_DEPTH = 200;
var MAX_CHARACTERS = 16 * 1024 * 1024;
var jsonCodec = {
  encode: (value) => encode(value, { path: [], above: [], left: MAX_CHARACTERS }),
  decode: (json) => decode(json, 0)
};
var SMALL = 4;
function spend(walk2, characters) {
  walk2.left -= characters;
  if (walk2.left < 0)
    throw new NotStorableError(walk2.path.slice(0, 8).join("."), `makes the value larger than ${MAX_CHARACTERS} characters`);
}
function encode(value, walk2) {
  const { path } = walk2;
  switch (typeof value) {
    case "string":
      spend(walk2, value.length + SMALL);
      return value;
    case "boolean":
      return value;
    case "number":
      spend(walk2, SMALL);
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { "~number": Object.is(value, -0) ? "-0" : String(value) };
    case "undefined":
      return { "~undefined": true };
    case "bigint":
      return encodeBigint(value, walk2);
    case "object":
      return value === null ? null : encodeObject(value, walk2);
    default:
      throw new NotStorableError(path.join("."), `is a ${typeof value}, which can't be stored`);
  }
}
function encodeBigint(value, walk2) {
  const text = String(value);
  spend(walk2, text.length + SMALL);
  return { "~bigint": text };
}
function encodeObject(value, walk2) {
  const { path, above } = walk2;
  spend(walk2, SMALL);
  if (above.includes(value)) throw new NotStorableError(path.join("."), "contains itself: cyclic values can\u2019t be stored");
  if (above.length >= MAX_DEPTH) throw new NotStorableError(path.slice(0, 8).join("."), `is nested deeper than ${MAX_DEPTH} levels`);
  above.push(value);
  const json = Array.isArray(value) ? encodeArray(value, walk2) : encodeRecord(value, walk2);
  above.pop();
  return json;
}
function encodeArray(value, walk2) {
  const { path } = walk2;
  const items = [];
  for (let index = 0; index < value.length; index++) {
    path.push(String(index));
    items.push(encode(value[index], walk2));
    path.pop();
  }
  return items;
}
function encodeRecord(value, walk2) {
  const { path } = walk2;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const inner = (part, key) => {
      path.push(key);
      const json = encode(part, walk2);
      path.pop();
      return json;
    };
    if (value instanceof Uint8Array) spend(walk2, Math.ceil(value.byteLength * 4 / 3));
    const tagged = encodeTagged(value, inner);
    if (tagged !== void 0) return tagged;
    throw new NotStorableError(path.join("."), `is an instance of class ${className(value)}, whose methods would be lost`);
  }
  const record = {};
  let escaped = false;
  for (const key of Object.keys(value)) {
    if (key === "__proto__") throw new NotStorableError([...path, key].join("."), "is a key that can\u2019t be stored");
    path.push(key);
    spend(walk2, key.length + SMALL);
    record[key] = encode(value[key], walk2);
    path.pop();
    escaped ||= key.startsWith(TAG);
  }
  return escaped ? { "~object": record } : record;
}
function className(value) {
  const made = value.constructor;
  return typeof made === "function" && made.name !== "" ? made.name : "(anonymous)";
}
function decode(json, depth) {
  if (json === null || typeof json !== "object") return json;
  if (depth > MAX_DEPTH * 2) throw new Error(`a stored value is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(json)) return json.map((item) => decode(item, depth + 1));
  const keys = Object.keys(json);
  const only2 = keys[0];
  if (keys.length === 1 && only2 !== void 0 && only2.startsWith(TAG)) {
    const content = json[only2];
    return only2 === "~object" ? decodeRecord(content, depth + 1) : decodeTagged(only2, content, (part) => decode(part, depth + 1));
  }
  return decodeRecord(json, depth);
}
function decodeRecord(json, depth) {
  const record = {};
  for (const [key, part] of Object.entries(json)) {
    if (key === "__proto__") throw new Error("a stored value has the key '__proto__', which no codec of ours writes");
    record[key] = decode(part, depth + 1);
  }
  return record;
}

// src/app/step-gate.ts
var StepGate = class {
  #waiting;
  #asking;
  #shown;
  #isOpen = false;
  #isClosed = false;
  /** The run comes with a step. Resolves when it may go on. */
  pass(step) {
    if (this.#isOpen) return Promise.resolve();
    return new Promise((goOn3) => {
      this.#waiting = { step, goOn: goOn3 };
      this.#show();
    });
  }
  /** Lets the run go on, and gives its next step; nothing when there is none any more. */
  next() {
    this.#shown?.();
    this.#shown = void 0;
    return new Promise((resolve) => {
      this.#asking = resolve;
      this.#show();
    });
  }
  /** Nobody looks any more: the run goes on by itself. */
  open() {
    this.#isOpen = true;
    this.#shown?.();
    this.#waiting?.goOn();
  }
  /** The run has come to rest. */
  close() {
    this.#isClosed = true;
    this.#show();
  }
  #show() {
    if (this.#asking === void 0 || this.#waiting === void 0 && !this.#isClosed) return;
    this.#asking(this.#waiting?.step);
    this.#asking = void 0;
    this.#shown = this.#waiting?.goOn;
    this.#waiting = void 0;
  }
};

// src/app/flow-engine.ts
var UntypedFlowEngine = class {
  id;
  #runs;
  #flow;
  #inputs;
  #engine;
  /** @param inputs checks and encodes what the caller gave */
  constructor(runs, flow, id, inputs) {
    this.id = id;
    this.#runs = runs;
    this.#flow = flow;
    this.#inputs = inputs;
  }
  compile() {
    return this.#flow;
  }
  async validate() {
    await this.#inputs();
  }
  async prepare() {
    await this.#runs.prepare(this.#flow, this.id, await this.#inputs());
  }
  async run() {
    await this.prepare();
    return this.#resume({});
  }
  rerun() {
    return this.#resume({ rerun: true });
  }
  async *steps() {
    await this.prepare();
    const gate = new StepGate();
    const result = this.#resume({ watch: (engine, step, events) => gate.pass(stepOf(engine, step, events)) });
    result.then(
      () => gate.close(),
      () => gate.close()
    );
    try {
      for (let step = await gate.next(); step !== void 0; step = await gate.next()) yield step;
      return await result;
    } finally {
      this.#engine?.suspend();
      gate.open();
      await result.catch(() => void 0);
    }
  }
  async suspend() {
    await this.prepare();
    await this.#runs.suspend(this.id);
  }
  async reset() {
    await this.#runs.reset(() => this.#flow, this.id);
  }
  statistics() {
    return this.#engine?.statistics();
  }
  #resume(wishes) {
    const driven = (engine) => {
      this.#engine = engine;
    };
    return this.#runs.resume(() => this.#flow, this.id, { takeover: "if-dead", ifOwned: "refuse", driven, ...wishes });
  }
};
function stepOf({ run: run2 }, { commands }, events) {
  const called2 = commands.flatMap((command) => command.do === "execute" || command.do === "revert" ? [command.atom] : []);
  const { seq, state } = run2.status;
  return { seq, state, events, starting: called2.map((atom2) => run2.flow.atoms[atom2]?.path ?? `#${atom2}`) };
}

// src/app/inputs.ts
async function prepareInputs(flow, given, codec) {
  const raw = given ?? {};
  if (typeof raw !== "object" || Array.isArray(raw)) throw refuse2(flow, [{ path: "", message: "must be an object of inputs by name" }]);
  const hash = digest(canonicalText(encode2(flow, raw, codec)));
  const parsed = flow.inputSchema === void 0 ? { value: raw } : await validate(flow.inputSchema, raw);
  if ("issues" in parsed) throw refuse2(flow, parsed.issues);
  const values = encode2(flow, parsed.value, codec);
  const issues = [...missingInputs(flow, values), ...unknownInputs(flow, values)];
  if (issues.length > 0) throw refuse2(flow, issues);
  return { values, hash };
}
function encode2(flow, values, codec) {
  const encoded = {};
  const issues = [];
  for (const [name2, value] of Object.entries(values)) {
    if (name2 === "__proto__") {
      issues.push({ path: name2, message: "is a name that no input can have" });
      continue;
    }
    try {
      if (value !== void 0) encoded[name2] = codec.encode(value);
    } catch (error) {
      if (!(error instanceof NotStorableError)) throw error;
      const path = error.path === "" ? name2 : `${name2}.${error.path}`;
      issues.push({ path, message: sentence("NOT_STORABLE", { path, reason: error.reason }) });
    }
  }
  if (issues.length > 0) throw refuse2(flow, issues);
  return encoded;
}
function missingInputs(flow, values) {
  return flow.inputs.filter(({ name: name2, optional }) => !optional && !Object.hasOwn(values, name2)).map(({ name: name2 }) => ({ path: name2, message: sentence("MISSING_INPUT", { flow: flow.name, value: name2 }) }));
}
function unknownInputs(flow, values) {
  if (!flow.inputsKnown) return [];
  const known = new Set(flow.inputs.map(({ name: name2 }) => name2));
  return Object.keys(values).filter((name2) => !known.has(name2)).map((name2) => ({ path: name2, message: sentence("UNKNOWN_RUN_INPUT", { flow: flow.name, value: name2 }) }));
}
function refuse2(flow, issues) {
  return new InvalidInputError(flow.name, issues);
}

// src/app/registry.ts
var Registry = class {
  #flows = /* @__PURE__ */ new Map();
  #checked = /* @__PURE__ */ new Set();
  #canResolve;
  #compat;
  /** @throws FlowDefinitionError for the first flow that can't run */
  constructor(flows, canResolve, compat = STANDARD) {
    this.#canResolve = canResolve;
    this.#compat = compat;
    for (const flow of flows) {
      const compiled = this.compiled(flow);
      if (this.#flows.has(compiled.name)) {
        const message = sentence("DUPLICATE_FLOW", { flow: compiled.name });
        throw new FlowDefinitionError(compiled.name, [{ code: "DUPLICATE_FLOW", severity: "error", path: compiled.name, message }]);
      }
      this.#flows.set(compiled.name, compiled);
    }
  }
  get names() {
    return [...this.#flows.keys()];
  }
  byName(name2) {
    return this.#flows.get(name2);
  }
  all() {
    return this.#flows.values();
  }
  /** @throws FlowDefinitionError when it can't run, or when it is not a built flow */
  compiled(flow) {
    const definition = flowDefinitionOf(flow);
    if (definition === void 0) {
      const message = sentence("NOT_A_NODE", { flow: "flowproof" });
      throw new FlowDefinitionError("flowproof", [{ code: "NOT_A_NODE", severity: "error", path: "", message }]);
    }
    const compiled = compile(definition, this.#compat);
    if (!this.#checked.has(compiled)) {
      this.#demandResolve(compiled);
      this.#checked.add(compiled);
    }
    return compiled;
  }
  /** Only a container can make a class whose constructor has parameters. */
  #demandResolve(flow) {
    if (this.#canResolve) return;
    const findings = [];
    for (const atom2 of flow.atoms) {
      if (atom2.kind !== "task" || !hasParameters(atom2.task)) continue;
      const message = sentence("NEEDS_RESOLVE", { task: atom2.task.name });
      findings.push({ code: "NEEDS_RESOLVE", severity: "error", path: atom2.path, message });
    }
    if (findings.length > 0) throw new FlowDefinitionError(flow.name, findings);
  }
};
function hasParameters({ code }) {
  return code.kind === "class" && code.target.length > 0;
}

// src/app/run-view.ts
function runInfo({ key, flow, version, state, createdAtMs, owner }) {
  return { id: key, flow, version, state, createdAtMs, ...owner === void 0 ? {} : { owner } };
}
async function runView(loaded, codec) {
  const status = await foldRun(loaded);
  const inputs = Object.entries(status.creation.inputs).map(([name2, json]) => [name2, codec.decode(json)]);
  const table = atomsOf(status, loaded.shape);
  const atoms2 = status.atoms.map((atom2, index) => atomView(atom2, table[index] ?? [`#${index}`, "task"], codec));
  return { ...runInfo(loaded.summary), state: status.state, inputs: Object.fromEntries(inputs), atoms: atoms2 };
}
function atomView(atom2, [path, kind], codec) {
  const { state, intention: intention2, round, executions, reversions, progress: progress2, failure: failure2, overcome, revertFailure, wakeAtMs } = atom2;
  const decoded = (name2, json) => json === void 0 ? {} : { [name2]: codec.decode(json) };
  return {
    ...{ kind, path, state, intention: intention2, round, executions, reversions, progress: progress2 },
    ...decoded("progressDetails", atom2.progressDetails),
    ...decoded("result", atom2.result),
    ...failure2 === void 0 ? {} : { failure: failure2 },
    ...overcome === void 0 ? {} : { overcome },
    ...decoded("revertResult", atom2.revertResult),
    ...revertFailure === void 0 ? {} : { revertFailure },
    ...wakeAtMs === void 0 ? {} : { wakeAtMs }
  };
}

// src/app/ticker.ts
var TICK_MS = 1e3;
var Ticker = class {
  #parts;
  #waiters = /* @__PURE__ */ new Map();
  #users = 0;
  /** When the last renewal that succeeded was sent. */
  #renewedAtMs = Number.NEGATIVE_INFINITY;
  #cancel;
  #beating;
  #stopped = false;
  constructor(parts) {
    this.#parts = parts;
  }
  /** The lease is alive from when this resolves until the returned function is called. */
  async use() {
    this.#users++;
    if (this.#parts.clock.monotonicMs() - this.#renewedAtMs >= this.#intervalMs()) await this.beat();
    else if (this.#cancel === void 0 && this.#beating === void 0) this.#schedule();
    let used2 = true;
    return () => {
      if (!used2) return;
      used2 = false;
      if (--this.#users > 0) return;
      this.#cancel?.();
      this.#cancel = void 0;
    };
  }
  /** Resolves with the summary of a run of another process at the next tick. */
  async news(runId) {
    const done = await this.use();
    try {
      return await new Promise((resolve, reject) => {
        if (this.#stopped) return reject(new AppStoppedError());
        const waiters = this.#waiters.get(runId) ?? /* @__PURE__ */ new Set();
        this.#waiters.set(runId, waiters.add({ resolve, reject }));
      });
    } finally {
      done();
    }
  }
  /** Beats now; one at a time. */
  beat() {
    this.#beating ??= this.#beatOnce().finally(() => {
      this.#beating = void 0;
    });
    return this.#beating;
  }
  /** Resolves when the last beat is over. */
  async stop() {
    this.#stopped = true;
    this.#cancel?.();
    await this.#beating;
    for (const waiters of this.#waiters.values()) for (const { reject } of waiters) reject(new AppStoppedError());
    this.#waiters.clear();
  }
  async #beatOnce() {
    this.#cancel?.();
    this.#cancel = void 0;
    const { journal, clock, owner, leaseMs } = this.#parts;
    const sentAtMs = clock.monotonicMs();
    try {
      const { messages, watched } = await journal.tick({ owner, leaseMs, watch: [...this.#waiters.keys()] });
      this.#renewedAtMs = sentAtMs;
      for (const message of messages) this.#parts.onMessage(message);
      for (const run2 of watched) this.#tell(run2);
    } catch {
    } finally {
      this.#schedule();
    }
  }
  #tell(run2) {
    const waiters = this.#waiters.get(run2.runId);
    this.#waiters.delete(run2.runId);
    for (const { resolve } of waiters ?? []) resolve(run2);
  }
  #schedule() {
    if (this.#stopped || this.#users === 0) return;
    this.#cancel = this.#parts.clock.after(this.#intervalMs(), () => void this.beat());
  }
  #intervalMs() {
    return Math.min(TICK_MS, this.#parts.leaseMs / 3);
  }
};

// src/app/runs.ts
var PATIENT = { takeover: "if-dead", ifOwned: "wait" };
var Runs = class {
  #parts;
  #ticker;
  #active = /* @__PURE__ */ new Map();
  #openings = /* @__PURE__ */ new Map();
  /** All that is being opened, with or without an id. */
  #pending = /* @__PURE__ */ new Set();
  #abandoned = /* @__PURE__ */ new Set();
  #stopped = false;
  constructor(parts) {
    this.#parts = parts;
    const { journal, clock, owner, leaseMs } = parts;
    this.#ticker = new Ticker({ journal, clock, owner, leaseMs, onMessage: (message) => this.#deliver(message) });
  }
  /** Begins a run, or joins the one that has this id. Resolves when its first step is durable, with its result to come. */
  async start(flow, key, inputs) {
    const done = await this.#ticker.use();
    try {
      const { owner } = this.#parts;
      const params = { key, inputs: inputs.values, inputsHash: inputs.hash, owner };
      const begun = await this.#opening(key, async () => {
        const opened = await beginRun(flow, params, this.#parts);
        return "exists" in opened ? opened.exists : this.#drive(flow, opened);
      });
      if ("result" in begun) return begun;
      refuseOthers(begun, flow, inputs);
      return { key: begun.key, result: quiet(this.#join(flow, begun, PATIENT)) };
    } finally {
      done();
    }
  }
  /** Writes a run down that begins when somebody runs it, unless there is one of this id. */
  async prepare(flow, key, inputs) {
    const params = { key, inputs: inputs.values, inputsHash: inputs.hash, owner: null };
    const begun = await this.#opening(key, () => beginRun(flow, params, this.#parts));
    if ("exists" in begun) refuseOthers(begun.exists, flow, inputs);
  }
  /** Goes on with a stored run. @throws RunOwnedError when a live engine has it and the caller would not wait */
  async resume(find, key, wishes) {
    const done = await this.#ticker.use();
    try {
      const run2 = await this.find(key);
      return await this.#join(find(run2), run2, wishes);
    } finally {
      done();
    }
  }
  /** Lets a run that rests begin anew, when somebody runs it. @throws RunOwnedError when it is under way */
  async reset(find, key) {
    await this.#opening(key, async () => {
      const run2 = await this.find(key);
      const loaded = await this.load(run2);
      const status = await foldRun(loaded);
      if (status.state === "RUNNING") throw new RunOwnedError(key, run2.owner?.id ?? "that died");
      const { engine, first } = await resetRun(runOf(find(run2), status, this.#parts.codec, false), loaded.inbox, this.#parts);
      engine.announce(first);
    });
  }
  /** Goes on with a run that nobody alive has; if somebody is faster, waits for it. */
  adopt(flow, run2) {
    const result = this.#ticker.use().then(async (done) => {
      try {
        return await this.#join(flow, run2, PATIENT);
      } finally {
        done();
      }
    });
    return { key: run2.key, result: quiet(result) };
  }
  /** @throws RunNotFoundError */
  async find(key) {
    const run2 = await this.#parts.journal.find({ key });
    if (run2 === void 0) throw new RunNotFoundError(key);
    return run2;
  }
  /** Whether this process drives the run of this id now. */
  has(key) {
    return this.#drivenHere(key) !== void 0;
  }
  #drivenHere(key) {
    return [...this.#active.values()].find(({ summary }) => summary.key === key);
  }
  /** Asks a run to stop between two tasks, wherever it is driven. Resolves when the wish is durable, or taken up here. */
  async suspend(key) {
    const here = this.#drivenHere(key);
    if (here !== void 0) return here.engine.suspend();
    const run2 = await this.find(key);
    if (!isEnded(run2.state)) await this.#parts.journal.send({ id: this.#parts.ids.unique(), runId: run2.runId, kind: "suspend" });
  }
  /** Tells a run what an outsider wants. Resolves when that is durable; its engine hears it at once if it is here, or by the tick. */
  async send(run2, kind, payload) {
    const message = { id: this.#parts.ids.unique(), runId: run2.runId, kind, ...payload === void 0 ? {} : { payload } };
    await this.#parts.journal.send(message);
    this.#deliver(message);
  }
  /** Starts nothing more, waits for what is under way, at most `graceMs`, and gives up the lease. */
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const { engine } of this.#active.values()) engine.stop();
    const cancel2 = this.#parts.clock.after(this.#parts.graceMs, () => {
      for (const { engine, summary } of this.#active.values()) engine.giveUp(new AppStoppedError(summary.key));
    });
    while (this.#pending.size + this.#active.size > 0) {
      await Promise.allSettled([...this.#pending, ...[...this.#active.values()].map(({ result }) => result)]);
    }
    cancel2();
    await this.#ticker.stop();
    await this.#parts.journal.release(this.#parts.owner).catch(() => void 0);
  }
  /** Runs whose engine here had to give up, and that nobody has taken since: this process seems to have them still. */
  async abandoned() {
    const found = await Promise.all([...this.#abandoned].map((runId) => this.#parts.journal.find({ runId })));
    return found.filter(
      (run2) => run2?.state === "RUNNING" && run2.owner?.id === this.#parts.owner && !this.#active.has(run2.runId)
    );
  }
  /** The result of a run, whoever drives it. */
  async #join(flow, found, wishes) {
    const { takeover, ifOwned } = wishes;
    for (let run2 = found; ; ) {
      const active = this.#active.get(run2.runId);
      if (active !== void 0 && ifOwned === "wait") return active.result;
      const elsewhere = run2.owner?.alive === true && run2.owner.id !== this.#parts.owner && takeover === "if-dead";
      if (ifOwned === "refuse" && (active !== void 0 || elsewhere)) throw new RunOwnedError(run2.key, run2.owner?.id ?? this.#parts.owner);
      if (this.#stopped) throw new AppStoppedError(run2.key);
      if (elsewhere) {
        run2 = await this.#ticker.news(run2.runId);
        if (run2.state === "SUSPENDED") return { state: "SUSPENDED", flow: run2.flow, runId: run2.key };
        continue;
      }
      const settled = await this.#opening(run2.key, () => this.#takeOver(flow, run2, wishes));
      if (settled !== void 0) return settled.result;
      run2 = await this.find(run2.key);
    }
  }
  /** The run, driven here or ended; nothing when another engine was faster. */
  async #takeOver(flow, run2, wishes) {
    const active = this.#active.get(run2.runId);
    if (active !== void 0) return active;
    const loaded = await this.load(run2);
    const status = await foldRun(loaded);
    const goesOn = isWoken(status, loaded.inbox) || wishes.rerun === true && status.state === "SUCCESS";
    const taken = runOf(flow, status, this.#parts.codec, goesOn || !isEnded(status.state));
    if (isEnded(status.state) && !goesOn) return { result: Promise.resolve(runResult(flow, status, this.#parts.codec)) };
    const parts = wishes.watch === void 0 ? this.#parts : { ...this.#parts, listening: () => true };
    try {
      return this.#drive(flow, await takeOver(taken, loaded.inbox, this.#parts.owner, parts), wishes);
    } catch (error) {
      if (isFlowproofError(error, "STALE_RUN")) return void 0;
      throw error;
    }
  }
  /** One after the other for one id: two calls here never fight over a run. */
  async #opening(key, open2) {
    if (this.#stopped) throw new AppStoppedError(key);
    const before = (key === void 0 ? void 0 : this.#openings.get(key)) ?? Promise.resolve();
    const opened = before.then(open2, open2);
    const settled = opened.catch(() => void 0).then(() => {
      this.#pending.delete(settled);
      if (key !== void 0 && this.#openings.get(key) === settled) this.#openings.delete(key);
    });
    this.#pending.add(settled);
    if (key !== void 0) this.#openings.set(key, settled);
    return opened;
  }
  async load(run2) {
    const loaded = await this.#parts.journal.load(run2.runId);
    if (loaded === void 0) throw new RunNotFoundError(run2.key);
    return loaded;
  }
  #drive(flow, { engine, first }, wishes = PATIENT) {
    const { runId, creation: creation2 } = engine.run.status;
    wishes.driven?.(engine);
    const result = quiet(this.#driveToRest(flow, engine, first, wishes));
    this.#abandoned.delete(runId);
    this.#active.set(runId, { engine, summary: creation2, result });
    return { key: creation2.key, result, engine };
  }
  async #driveToRest(flow, engine, first, { watch }) {
    const done = await this.#ticker.use();
    try {
      if (this.#stopped) engine.stop();
      const end = await engine.drive(first, watch && ((step, events) => watch(engine, step, events)));
      if (end === "stopped") throw new AppStoppedError(engine.run.status.creation.key);
      return runResult(flow, engine.run.status, this.#parts.codec);
    } catch (error) {
      if (!isFlowproofError(error, "STALE_RUN") && !isFlowproofError(error, "APP_STOPPED")) this.#abandoned.add(engine.run.status.runId);
      throw error;
    } finally {
      this.#active.delete(engine.run.status.runId);
      done();
    }
  }
  #deliver(message) {
    this.#active.get(message.runId)?.engine.deliver(message);
  }
};
function refuseOthers(run2, flow, inputs) {
  if (run2.flow !== flow.name || run2.inputsHash !== inputs.hash) throw new RunConflictError(run2.key, flow.name, run2.flow);
}
function quiet(result) {
  result.catch(() => void 0);
  return result;
}

// src/app/flowproof.ts
var DEFAULTS = { leaseMs: 5e3, graceMs: 1e4, storeTimeoutMs: 6e4, durability: "step", onFailure: "revert" };
function flowproof(options) {
  return new FlowproofApp(options);
}
var FlowproofApp = class {
  #registry;
  #journal;
  #runs;
  #parts;
  #ids = randomIds();
  #listeners = /* @__PURE__ */ new Set();
  #opened;
  #stopping;
  constructor(parts) {
    this.#parts = parts;
    this.#registry = new Registry(parts.flows, parts.resolve !== void 0, parts.compat);
    this.#journal = parts.persistence.connect();
    if (parts.onEvent !== void 0) this.#listeners.add(parts.onEvent);
    this.#runs = new Runs({
      journal: this.#journal,
      clock: parts.clock ?? systemClock,
      ids: this.#ids,
      codec: parts.codec ?? jsonCodec,
      executor: (parts.executor ?? serial()).make(parts.resolve === void 0 ? {} : { resolve: parts.resolve }),
      services: parts.services ?? {},
      ...parts.resolve === void 0 ? {} : { resolve: parts.resolve },
      owner: randomUUID(),
      leaseMs: parts.leaseMs ?? DEFAULTS.leaseMs,
      graceMs: parts.graceMs ?? DEFAULTS.graceMs,
      storeTimeoutMs: parts.storeTimeoutMs ?? DEFAULTS.storeTimeoutMs,
      durability: parts.durability ?? DEFAULTS.durability,
      onFailure: parts.onFailure ?? DEFAULTS.onFailure,
      listening: () => this.#listeners.size > 0,
      emit: (event) => this.#emit(event)
    });
    this.#warn();
  }
  get flows() {
    return this.#registry.names;
  }
  async run(flow, options) {
    return (await this.#start(flow, options)).result;
  }
  async runOrThrow(flow, options) {
    const result = await this.run(flow, options);
    if (result.state === "SUCCESS") return result.results;
    throw new FlowFailedError(result.flow, result.runId, result.state, "failures" in result ? result.failures : []);
  }
  async start(flow, options) {
    return this.#handle(await this.#start(flow, options));
  }
  async resume(first, second, third) {
    await this.#open();
    const [id, options] = typeof first === "string" ? [first, second] : [second, third];
    const find = typeof first === "string" ? (run2) => this.#flowOf(run2) : this.#only(first);
    return this.#runs.resume(find, id, { takeover: options?.takeover ?? "if-dead", ifOwned: "refuse" });
  }
  async rerun(flow, id) {
    await this.#open();
    return this.#runs.resume(this.#only(flow), id, { takeover: "if-dead", ifOwned: "refuse", rerun: true });
  }
  engine(flow, options = {}) {
    const compiled = this.#registry.compiled(flow);
    const id = options.id ?? this.#ids.runId((this.#parts.clock ?? systemClock).nowMs());
    return new UntypedFlowEngine(this.#runs, compiled, id, async () => {
      const inputs = await prepareInputs(compiled, options.inputs, this.#parts.codec ?? jsonCodec);
      await this.#open();
      return inputs;
    });
  }
  async reset(id) {
    await this.#open();
    await this.#runs.reset((run2) => this.#flowOf(run2), id);
  }
  async cancel(id) {
    await this.#open();
    const run2 = await this.#runs.find(id);
    if (!isEnded(run2.state)) await this.#runs.send(run2, "cancel");
    return this.#handle(this.#runs.adopt(this.#flowOf(run2), run2));
  }
  retryRevert(id, path) {
    return this.#settleRevert(id, "retryRevert", path);
  }
  skipRevert(id, path) {
    return this.#settleRevert(id, "skipRevert", path);
  }
  async resumeAll() {
    await this.#open();
    const handles = [];
    const take = (run2) => {
      const flow = this.#registry.byName(run2.flow);
      if (flow !== void 0) handles.push(this.#handle(this.#runs.adopt(flow, run2)));
    };
    for (const run2 of await this.#runs.abandoned()) take(run2);
    let before;
    do {
      const page = await this.#journal.runs({ states: ["RUNNING"], ownerless: true, ...before === void 0 ? {} : { before } });
      for (const run2 of page.runs) take(run2);
      before = page.next;
    } while (before !== void 0);
    return handles;
  }
  async suspend(id) {
    if (this.#runs.has(id)) return this.#runs.suspend(id);
    await this.#open();
    return this.#runs.suspend(id);
  }
  async runs(query = {}) {
    await this.#open();
    const { runs, next } = await this.#journal.runs(query);
    return { runs: runs.map(runInfo), ...next === void 0 ? {} : { next } };
  }
  async inspect(id) {
    await this.#open();
    return runView(await this.#runs.load(await this.#runs.find(id)), this.#parts.codec ?? jsonCodec);
  }
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  stop() {
    this.#stopping ??= (async () => {
      if (this.#opened !== void 0) {
        await this.#opened.catch(() => void 0);
        await this.#runs.stop();
      }
      await this.#journal.close();
    })();
    return this.#stopping;
  }
  [Symbol.asyncDispose]() {
    return this.stop();
  }
  async #start(flow, options = {}) {
    const compiled = this.#registry.compiled(flow);
    const inputs = await prepareInputs(compiled, options.inputs, this.#parts.codec ?? jsonCodec);
    await this.#open();
    return this.#runs.start(compiled, options.id, inputs);
  }
  async #settleRevert(id, kind, path) {
    await this.#open();
    const run2 = await this.#runs.find(id);
    const { atoms: atoms2 } = await runView(await this.#runs.load(run2), this.#parts.codec ?? jsonCodec);
    const failed2 = atoms2.filter(({ state }) => state === "REVERT_FAILURE").map((atom2) => atom2.path);
    if (!failed2.includes(path)) throw new RevertNotFailedError(id, path, failed2);
    await this.#runs.send(run2, kind, path);
    return this.#handle(this.#runs.adopt(this.#flowOf(run2), run2));
  }
  #handle({ key, result, engine }) {
    return {
      id: key,
      state: async () => (await this.#runs.find(key)).state,
      result: () => result,
      suspend: () => this.#runs.suspend(key),
      cancel: async () => void await this.cancel(key),
      statistics: () => engine?.statistics()
    };
  }
  /** Runs of this flow and no other. */
  #only(flow) {
    const compiled = this.#registry.compiled(flow);
    return (run2) => {
      if (run2.flow !== compiled.name) throw new RunConflictError(run2.key, compiled.name, run2.flow);
      return compiled;
    };
  }
  #flowOf(run2) {
    const flow = this.#registry.byName(run2.flow);
    if (flow !== void 0) return flow;
    throw new IncompatibleFlowError(run2.key, run2.flow, [
      `this app has no flow '${run2.flow}': it has ${this.#registry.names.join(", ") || "none"}`
    ]);
  }
  #open() {
    if (this.#stopping !== void 0) return Promise.reject(new AppStoppedError());
    if (this.#opened === void 0) {
      const opening = this.#journal.open();
      this.#opened = opening;
      opening.catch(() => {
        this.#opened = void 0;
      });
    }
    return this.#opened;
  }
  /** A listener can't hurt a run: neither what it throws nor what it rejects is anybody's. */
  #emit(event) {
    for (const listener of this.#listeners) {
      try {
        const heard = listener(event);
        if (heard instanceof Promise) heard.catch(() => void 0);
      } catch {
      }
    }
  }
  /** Names that a minifier would change are harmless until they are stored. */
  #warn() {
    if (this.#parts.persistence.kind === "memory") return;
    for (const flow of this.#registry.all()) {
      for (const { message, code, path } of flow.warnings) process.emitWarning(`${path}: ${message}`, { type: "FlowproofWarning", code });
    }
  }
};

// src/index.ts
var { linear, unordered, graph } = builders(compile, { toMermaid, toDot });

// src/testing/faults.ts
function withFaults(persistence, decide3) {
  let writes = 0;
  let tellDeath = () => void 0;
  const died = new Promise((resolve) => {
    tellDeath = resolve;
  });
  const life = {
    dead: false,
    next: (entry) => decide3(writes++, entry),
    die() {
      life.dead = true;
      tellDeath();
      return NEVER;
    }
  };
  return { kind: persistence.kind, died, kill: () => void life.die(), connect: () => new FaultyJournal(persistence.connect(), life) };
}
var NEVER = new Promise(() => void 0);
var LOST2 = { kind: "unknown", cause: new Error("the answer was lost") };
var FaultyJournal = class {
  #journal;
  #life;
  constructor(journal, life) {
    this.#journal = journal;
    this.#life = life;
  }
  get capabilities() {
    return this.#journal.capabilities;
  }
  createRun(params) {
    return this.#write(params.entry, () => this.#journal.createRun(params));
  }
  append(items) {
    return Promise.all(items.map((item) => this.#write(item.entry, async () => (await this.#journal.append([item]))[0] ?? LOST2)));
  }
  async #write(entry, write) {
    if (this.#life.dead) return NEVER;
    const fault = this.#life.next(entry);
    if (fault === "die-before") return this.#life.die();
    const result = await write();
    if (fault === "die-after") return this.#life.die();
    return fault === "lose-answer" ? LOST2 : result;
  }
  #alive(ask2) {
    return this.#life.dead ? NEVER : ask2();
  }
  open = () => this.#alive(() => this.#journal.open());
  load = (runId) => this.#alive(() => this.#journal.load(runId));
  find = (by) => this.#alive(() => this.#journal.find(by));
  runs = (filter) => this.#alive(() => this.#journal.runs(filter));
  send = (message) => this.#alive(() => this.#journal.send(message));
  tick = (params) => this.#alive(() => this.#journal.tick(params));
  release = (owner) => this.#alive(() => this.#journal.release(owner));
  prune = (params) => this.#alive(() => this.#journal.prune(params));
  close = () => this.#alive(() => this.#journal.close());
};

// src/testing/rounds.ts
function rounds() {
  const everything = concurrent({ limit: Number.MAX_SAFE_INTEGER });
  return { kind: "rounds", make: (parts) => ({ ...everything.make(parts), lockstep: true }) };
}

// src/testing/virtual-clock.ts
var VirtualClock = class {
  #nowMs;
  #timers = [];
  /** @param startMs milliseconds since 1970. Default: 0 */
  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }
  nowMs() {
    return this.#nowMs;
  }
  monotonicMs() {
    return this.#nowMs;
  }
  after(delayMs, callback) {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  /** Moves time on and calls what is due, in its order. */
  advance(byMs) {
    const untilMs = this.#nowMs + byMs;
    for (; ; ) {
      const due = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((a2, b2) => a2.atMs - b2.atMs)[0];
      if (due === void 0) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
    }
    this.#nowMs = untilMs;
  }
};

// tests/conformance/taskflow/json.ts
function textOf(value) {
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, part]) => part !== void 0);
  return `{${entries.sort(([a2], [b2]) => a2 < b2 ? -1 : 1).map(([key, part]) => `${JSON.stringify(key)}:${textOf(part)}`).join(",")}}`;
}
function byText(a2, b2) {
  const [left2, right] = [textOf(a2), textOf(b2)];
  return left2 < right ? -1 : left2 > right ? 1 : 0;
}

// tests/conformance/taskflow/attempts.ts
var EveryCall = class {
  #counts = /* @__PURE__ */ new Map();
  next({ atom: atom2, op }) {
    return { attempt: counted(this.#counts, `${atom2} ${op}`), again: false };
  }
  told() {
  }
};
var EachPiece = class {
  #counts = /* @__PURE__ */ new Map();
  /** Called, and nobody has heard how it ended. */
  #open = /* @__PURE__ */ new Set();
  #inFlight = /* @__PURE__ */ new Set();
  /** The history that a retry was asked about last. */
  #asked = /* @__PURE__ */ new Map();
  next({ atom: atom2, op, history }) {
    const key = `${atom2} ${op}`;
    const again = op === "on_failure" ? this.#isAskedAgain(String(atom2), textOf(history)) : this.#inFlight.delete(key);
    if (op === "execute") this.#asked.delete(String(atom2));
    this.#open.add(key);
    return { attempt: again ? this.#counts.get(key) ?? 1 : counted(this.#counts, key), again };
  }
  told([, name2, state]) {
    if (state === "SUCCESS" || state === "FAILURE") this.#open.delete(`${name2} execute`);
    if (state === "REVERTED" || state === "REVERT_FAILURE") this.#open.delete(`${name2} revert`);
  }
  /** Another process goes on: of what was called, only what the journal has in flight may be called again. */
  goesOn(stateOf2) {
    this.#inFlight.clear();
    for (const key of this.#open) {
      const [atom2 = "", op] = key.split(/ (?=\S+$)/);
      if (stateOf2(atom2) === (op === "execute" ? "RUNNING" : "REVERTING")) this.#inFlight.add(key);
    }
  }
  /** Nothing changes between two questions about the same history but the process that asks. */
  #isAskedAgain(atom2, history) {
    const same2 = this.#asked.get(atom2) === history;
    this.#asked.set(atom2, history);
    return same2;
  }
};
function counted(counts, key) {
  const attempt2 = (counts.get(key) ?? 0) + 1;
  counts.set(key, attempt2);
  return attempt2;
}

// tests/conformance/taskflow/encoding.ts
var ScriptedError = class extends Error {
  name = "ScriptedError";
};
var LIBRARY_ERRORS = { VALUE_ABSENT: "NotFound" };
function encodeFailure({ name: name2, code, message }) {
  if (name2 === "ScriptedError") return { error: name2, message };
  return { error: LIBRARY_ERRORS[code ?? ""] ?? name2 };
}
function failureValue(failure2) {
  return { $failure: { ...encodeFailure(failure2) } };
}

// tests/conformance/taskflow/case.ts
function isFlow(item) {
  return item.type !== "task" && item.type !== "ref";
}
function retryName(flow) {
  return flow.retry?.name ?? `${flow.name}_retry`;
}
function flowsOf(flow) {
  return [flow, ...(flow.items ?? []).filter(isFlow).flatMap(flowsOf)];
}
function tasksOf(flow) {
  return flowsOf(flow).flatMap(({ items = [] }) => items.filter((item) => item.type === "task"));
}

// tests/conformance/taskflow/provides.ts
function wholeOf(atom2) {
  return `result of ${atom2}`;
}
function outputsOf(provides) {
  if (provides === void 0) return /* @__PURE__ */ new Map();
  if (typeof provides === "string") return /* @__PURE__ */ new Map([[provides, void 0]]);
  if (!isList(provides)) return new Map(provides.keys.map((key) => [key, key]));
  return new Map(provides.map((name2, index) => [name2, index]));
}
function namedValues(atom2, provides, result) {
  const values = { [wholeOf(atom2)]: result };
  for (const [name2, place] of outputsOf(provides)) {
    const value = place === void 0 ? result : partOf(result, place);
    if (value !== void 0) values[name2] = value;
  }
  return values;
}
function partOf(result, place) {
  if (typeof result === "string") return typeof place === "number" ? [...result][place] : void 0;
  if (typeof result !== "object" || result === null) return void 0;
  if (Array.isArray(result) !== (typeof place === "number")) return void 0;
  return Object.hasOwn(result, place) ? result[place] : void 0;
}
function isList(provides) {
  return Array.isArray(provides);
}

// tests/conformance/taskflow/arguments.ts
function argumentsOf({ requires = [], optional = {}, rebind }) {
  const bound = new Map(
    Array.isArray(rebind) ? rebind.map((value, index) => [requires[index] ?? value, value]) : Object.entries(rebind ?? {})
  );
  const names = /* @__PURE__ */ new Set([...requires, ...Object.keys(optional), ...bound.keys()]);
  return [...names].map((name2) => {
    const value = bound.get(name2);
    const isOptional = value === void 0 && Object.hasOwn(optional, name2) && !requires.includes(name2);
    return { name: name2, value: value ?? name2, ...isOptional ? { fallback: optional[name2] ?? null } : {} };
  });
}
function revertArgumentsOf({ rebind, revert: revert2 = {} }) {
  const own2 = revert2.rebind;
  const chosen2 = own2 !== void 0 && Object.keys(own2).length > 0 ? own2 : rebind;
  const { requires = [], optional = {} } = revert2;
  return argumentsOf({ requires, optional, ...chosen2 === void 0 ? {} : { rebind: chosen2 } });
}
function called(args, given) {
  return Object.fromEntries(
    args.map(({ name: name2, fallback = null }) => {
      const value = given(name2);
      return [name2, value === void 0 ? fallback : value];
    })
  );
}

// tests/conformance/taskflow/expressions.ts
function evaluate(expression, args, attempt2) {
  if (expression === void 0 || expression === null) return null;
  const [word, operand] = Object.entries(expression)[0];
  const each = () => operand.map((one) => evaluate(one, args, attempt2));
  switch (word) {
    case "const":
      return operand;
    case "arg":
      return args[operand] ?? null;
    case "args":
      return args;
    case "attempt":
      return attempt2;
    case "list":
      return each();
    case "dict":
      return Object.fromEntries(Object.entries(operand).map(([key, one]) => [key, evaluate(one, args, attempt2)]));
    case "concat":
      return each().map(plain).join("");
    case "sum":
      return each().reduce((sum, one) => sum + Number(one), 0);
    default:
      throw new Error(`no expression begins with '${word}'`);
  }
}
function failsNow(fail2, attempt2, args = {}) {
  if (fail2 === void 0) return false;
  const { on = "always" } = fail2;
  if (on === "always") return true;
  if ("if_equal" in on) return same(on.if_equal, args, attempt2);
  if ("unless_equal" in on) return !same(on.unless_equal, args, attempt2);
  return on.includes(attempt2);
}
function same([left2, right], args, attempt2) {
  return textOf(evaluate(left2, args, attempt2)) === textOf(evaluate(right, args, attempt2));
}
function plain(value) {
  return typeof value === "string" ? value : textOf(value);
}

// tests/conformance/taskflow/retries.ts
function retryOf(world, flow, spec, atomAt) {
  const name2 = retryName(flow);
  const whole = wholeOf(name2);
  const values = spec.kind === "ParameterizedForEach" ? ["values"] : [];
  const args = argumentsOf({
    requires: [...values, ...spec.requires ?? []],
    ...spec.rebind === void 0 ? {} : { rebind: spec.rebind }
  });
  const toRevert = /* @__PURE__ */ new Set([...spec.requires ?? [], ...Array.isArray(spec.rebind) ? [] : Object.keys(spec.rebind ?? {})]);
  const told2 = (history) => history.attempts.map(({ provided, failures }) => [
    provided[whole] ?? null,
    [...new Set(failures.map(({ path }) => atomAt(path)))].sort()
  ]);
  const tried = (history) => history.attempts.map(({ provided }) => provided[whole] ?? null);
  const given = (inputs) => called(args, (argument) => inputs[args.find((one) => one.name === argument)?.value ?? argument]);
  const call2 = async (op, history, given2, fail2) => {
    const made = { op, atom: name2, args: given2, history: told2(history) };
    const attempt2 = await world.called(made);
    if (failsNow(fail2, attempt2)) throw new ScriptedError(fail2.message);
    return made;
  };
  return {
    name: name2,
    requires: [...new Set(args.map(({ value }) => value))],
    provides: [whole, ...[...outputsOf(spec.provides).keys()].map((output) => `${output}?`)],
    execute: async (history, inputs) => {
      await call2("execute", history, given(inputs), spec.script?.execute_fail);
      return namedValues(name2, spec.provides, nextOf(spec, given(inputs), tried(history)));
    },
    onFailure: async (history, inputs) => {
      const made = await call2("on_failure", history, given(inputs), spec.script?.on_failure_fail);
      made.decision = decisionOf2(spec, given(inputs), tried(history));
      return made.decision;
    },
    revert: async (history, inputs) => {
      const kept = Object.entries(given(inputs)).filter(([argument]) => toRevert.has(argument));
      await call2("revert", history, Object.fromEntries(kept), spec.script?.revert_fail);
    }
  };
}
function nextOf(spec, args, tried) {
  switch (spec.kind) {
    case "AlwaysRevert":
    case "AlwaysRevertAll":
      return null;
    case "Times":
    case "Decisions":
      return tried.length + 1;
    default: {
      const [next] = left(spec, args, tried);
      if (next === void 0) throw Object.assign(new Error("no value is left"), { name: "NotFound" });
      return next;
    }
  }
}
function decisionOf2(spec, args, tried) {
  const otherwise = spec.revert_all === true ? "REVERT_ALL" : "REVERT";
  switch (spec.kind) {
    case "AlwaysRevert":
      return "REVERT";
    case "AlwaysRevertAll":
      return "REVERT_ALL";
    case "Times":
      return tried.length < (spec.attempts ?? 1) ? "RETRY" : otherwise;
    case "Decisions": {
      const decisions = spec.decisions ?? [];
      return decisions[Math.max(0, Math.min(tried.length, decisions.length) - 1)] ?? "REVERT";
    }
    default:
      return left(spec, args, tried).length > 0 ? "RETRY" : otherwise;
  }
}
function left(spec, args, tried) {
  const values = spec.kind === "ParameterizedForEach" ? args.values : spec.values;
  const gone2 = tried.map(textOf);
  return (Array.isArray(values) ? values : []).filter((value) => {
    const at = gone2.indexOf(textOf(value));
    if (at < 0) return true;
    gone2.splice(at, 1);
    return false;
  });
}

// tests/conformance/taskflow/tasks.ts
function taskOf(world, spec, atomAt) {
  const { name: name2, do: script = {}, revert: revert2 = {} } = spec;
  const forward2 = argumentsOf(spec);
  const back2 = revertArgumentsOf(spec);
  const whole = wholeOf(name2);
  const task = defineTask({
    name: name2,
    requires: forward2.map(port),
    revertRequires: back2.map((argument) => port({ ...argument, name: inRevert(argument.name) })),
    // A part of a result that is not there is no mistake of a TaskFlow task.
    provides: [whole, ...[...outputsOf(spec.provides).keys()].map((output) => `${output}?`)],
    priority: spec.priority ?? 0,
    execute: async (inputs) => {
      const args = called(forward2, (argument) => inputs[argument]);
      const attempt2 = await world.called({ op: "execute", atom: name2, args });
      if (failsNow(script.fail, attempt2, args)) throw new ScriptedError(script.fail.message);
      return namedValues(name2, spec.provides, evaluate(script.result, args, attempt2));
    },
    revert: async (inputs, outcome) => {
      const args = called(back2, (argument) => inputs[inRevert(argument)]);
      const failures = [...new Set(outcome.flowFailures.map(({ path }) => atomAt(path)))].sort();
      const attempt2 = await world.called({ op: "revert", atom: name2, args, result: resultOf2(outcome, whole), failures });
      if (failsNow(revert2.fail, attempt2, args)) throw new ScriptedError(revert2.fail.message);
      return evaluate(revert2.result, args, attempt2);
    }
  });
  return { task, placement: placementOf(spec, forward2, back2) };
}
function port({ name: name2, fallback }) {
  return fallback === void 0 ? name2 : `${name2}?`;
}
function inRevert(argument) {
  return `${argument} in revert`;
}
function placementOf(spec, forward2, back2) {
  const inputs = [...forward2, ...back2.map((argument) => ({ ...argument, name: inRevert(argument.name) }))];
  const injected = inputs.filter(({ value }) => Object.hasOwn(spec.inject ?? {}, value));
  return {
    rebind: Object.fromEntries(inputs.filter((input) => !injected.includes(input)).map(({ name: name2, value }) => [name2, value])),
    inject: Object.fromEntries(injected.map(({ name: name2, value }) => [name2, spec.inject?.[value]]))
  };
}
function resultOf2({ kind, result, failure: failure2 }, whole) {
  if (kind === "failure" && failure2 !== void 0) return failureValue(failure2);
  return kind === "result" ? result?.[whole] ?? null : null;
}

// tests/conformance/taskflow/flows.ts
function buildFlow(world, spec, inputs) {
  const names = /* @__PURE__ */ new Map();
  const atomAt = (path) => names.get(path) ?? path;
  const built = /* @__PURE__ */ new Map();
  const build = (flow, path) => {
    let builder2 = begin(flow).input(path === "" ? inputs : void 0);
    const here = path === "" ? flow.name : path;
    if (flow.retry !== void 0) {
      names.set(`${here}/(retry)`, retryName(flow));
      builder2 = builder2.retry(define(retryOf(world, flow, flow.retry, atomAt)));
    }
    const nodeNames = /* @__PURE__ */ new Map();
    for (const [index, listed] of (flow.items ?? []).entries()) {
      const item = listed.type === "ref" ? built.get(listed.name) : listed;
      built.set(item.name, item);
      const name2 = isFlow(item) ? `${item.name} (${index})` : item.name;
      nodeNames.set(item.name, name2);
      builder2 = place(builder2, flow, item, name2, `${here}/${name2}`);
    }
    for (const link2 of linksOf2(flow)) builder2 = linked(builder2, flow, link2, nodeNames);
    if (flow.target !== void 0) builder2 = builder2.target(nodeNames.get(flow.target) ?? flow.target);
    return builder2.build();
  };
  const place = (builder2, flow, item, name2, path) => {
    if (isFlow(item)) return added(builder2, flow, build(item, path), name2, {});
    if (typeof item.provides === "number") throw new TypeError("provides takes names");
    names.set(path, item.name);
    const { task, placement } = taskOf(world, item, atomAt);
    return added(builder2, flow, task, name2, placement);
  };
  return { flow: build(spec, ""), names };
}
var define = defineRetry;
function begin({ type, name: name2 }) {
  const factories = { linear, unordered, graph };
  return factories[type].dynamic(name2);
}
function added(builder2, flow, node, name2, placement) {
  if (flow.type !== "graph") return builder2.add(node, { name: name2, ...placement });
  return builder2.add({ [name2]: Object.keys(placement).length === 0 ? node : use(node, placement) });
}
function linksOf2({ links: links2 = [] }) {
  const pairs = /* @__PURE__ */ new Map();
  for (const link2 of links2) {
    const pair = JSON.stringify([link2.from, link2.to]);
    if (link2.decider !== void 0 || link2.depth !== void 0 || !pairs.has(pair)) pairs.set(pair, link2);
  }
  return [...pairs.values()];
}
function linked(builder2, flow, { from, to, decider, depth }, nodeNames) {
  const items = new Map((flow.items ?? []).map((item) => [nodeNames.get(item.name) ?? item.name, item]));
  const options = {
    ...decider === void 0 ? {} : { decider: (history) => decide2(decider, resultsIn(history, items)) },
    ...depth === void 0 ? {} : { depth: depth.toLowerCase() }
  };
  return builder2.link(nodeNames.get(from) ?? from, nodeNames.get(to) ?? to, options);
}
function resultsIn(history, items) {
  const tasks = Object.entries(history).filter(([node]) => items.get(node)?.type === "task");
  return new Map(tasks.map(([node, outputs]) => [node, outputs[wholeOf(node)] ?? null]));
}
function decide2(spec, results) {
  if ("const" in spec) return spec.const;
  if ("has" in spec) return results.has(spec.has);
  if ("fail" in spec) throw new ScriptedError(spec.fail);
  const { atom: atom2, value } = "equals" in spec ? spec.equals : spec.not_equals;
  const found = results.get(atom2);
  const same2 = found !== void 0 && textOf(found) === textOf(value);
  return "equals" in spec ? same2 : !same2;
}
function providersIn(spec) {
  const providers = /* @__PURE__ */ new Map();
  const note2 = (atom2, provides) => {
    for (const [name2, place] of outputsOf(provides)) providers.set(name2, [...providers.get(name2) ?? [], { atom: atom2, place }]);
  };
  const visit = (flow) => {
    if (flow.retry !== void 0) note2(retryName(flow), flow.retry.provides);
    for (const item of flow.items ?? []) {
      if (isFlow(item)) visit(item);
      else if (item.type === "task") note2(item.name, item.provides);
    }
  };
  visit(spec);
  return providers;
}

// tests/conformance/taskflow/invalid.ts
var ERRORS = [
  ["CYCLE", "DependencyFailure"],
  ["SEVERAL_PROVIDERS", "AmbiguousDependency"],
  ["DUPLICATE_NODE", "Duplicate"],
  ["NAME_INVALID", "ValueError"],
  ["BAD_DEPTH", "ValueError"],
  ["NOT_A_NODE", "TypeError"]
];
var MISSING = /* @__PURE__ */ new Set(["MISSING_VALUE", "NOT_PROVIDED", "SIBLING_VALUE", "MISSING_INPUT"]);
function invalidOf(error, spec, built) {
  if (error instanceof TypeError) return { error: "TypeError" };
  if (isFlowproofError(error, "INCOMPATIBLE_FLOW")) return { error: "Incompatible" };
  if (!isFlowproofError(error, "FLOW_DEFINITION")) throw error;
  const found = error.diagnostics;
  const [, known] = ERRORS.find(([code]) => found.some((finding) => finding.code === code)) ?? [];
  if (known !== void 0) return { error: known };
  const missing2 = found.filter(({ code }) => MISSING.has(code));
  if (missing2.length === 0 || built === void 0) return { error: found.map(({ code }) => code).join() };
  return missingOf(missing2, spec, built);
}
function missingOf(findings, spec, { names }) {
  const lacking = /* @__PURE__ */ new Map();
  for (const { path, message } of findings) {
    const atom2 = atomOf2(path, names);
    const [, value] = /(?:needs|has) '([^']*)'/.exec(message) ?? [];
    lacking.set(atom2, (lacking.get(atom2) ?? /* @__PURE__ */ new Set()).add(value ?? message));
  }
  const by = methodsOf(spec).flatMap(({ atom: atom2, method, args }) => {
    const missing2 = args.filter(({ value, fallback }) => fallback === void 0 && lacking.get(atom2)?.has(value)).map(({ name: name2 }) => name2);
    return missing2.length === 0 ? [] : [{ atom: atom2, method, missing: missing2.sort() }];
  });
  return { error: "MissingDependencies", missing: [...new Set(by.flatMap(({ missing: missing2 }) => missing2))].sort(), by: by.sort(byText) };
}
function atomOf2(path, names) {
  return names.get(path) ?? names.get(`${path}/(retry)`) ?? path;
}
function methodsOf(spec) {
  const retries = flowsOf(spec).flatMap((flow) => {
    if (flow.retry === void 0) return [];
    const { kind, requires = [], rebind } = flow.retry;
    const given = rebind === void 0 ? {} : { rebind };
    const executing = argumentsOf({ requires: [...kind === "ParameterizedForEach" ? ["values"] : [], ...requires], ...given });
    const reverting = argumentsOf({ requires, ...Array.isArray(rebind) ? {} : given });
    return [
      { atom: retryName(flow), method: "execute", args: executing },
      { atom: retryName(flow), method: "revert", args: reverting }
    ];
  });
  const tasks = tasksOf(spec).flatMap((task) => [
    { atom: task.name, method: "execute", args: argumentsOf(task) },
    { atom: task.name, method: "revert", args: revertArgumentsOf(task) }
  ]);
  return [...retries, ...tasks];
}

// tests/conformance/taskflow/process.ts
var ID = "run";
function open(world, recorded, spec, persistence, clock = new VirtualClock()) {
  let built;
  try {
    built = buildFlow(world, spec, Object.keys(recorded.store ?? {}));
    const compat = {
      deferReverts: recorded.options?.defer_reverts === true,
      shadowing: "nearest",
      injected: "wins",
      optionalOrders: false,
      failures: "all"
    };
    const make = flowproof;
    const stop = recorded.options?.never_resolve === true ? { onFailure: "stop" } : {};
    const app = make({ persistence, flows: [built.flow], executor: rounds(), clock, compat, ...stop });
    const { names } = built;
    app.on((event) => {
      const told2 = traceEvent(event, names);
      if (told2 !== void 0) world.told(told2, "resumed" in event && event.resumed && isStart(told2));
    });
    return { app, built, spec };
  } catch (error) {
    return { invalid: invalidOf(error, spec, built) };
  }
}
function isStart([kind, , state]) {
  return kind !== "flow" && (state === "RUNNING" || state === "REVERTING");
}
function traceEvent(event, names) {
  if (event.type === "run") return ["flow", event.flow, event.state, event.oldState];
  if (event.type !== "task" && event.type !== "retry") return void 0;
  const name2 = names.get(event.path) ?? event.path;
  const common = [event.type, name2, event.state, event.oldState];
  switch (event.state) {
    case "SUCCESS":
      return [...common, event.result?.[wholeOf(name2)] ?? null];
    case "REVERTED":
      return [...common, event.result ?? null];
    case "FAILURE":
    case "REVERT_FAILURE":
      return [...common, event.failure === void 0 ? null : failureValue(event.failure)];
    default:
      return common;
  }
}
function raisedBy({ state, failures = [] }) {
  if (state === "SUCCESS" || state === "SUSPENDED" || failures.length === 0) return null;
  const encoded = failures.map(({ failure: failure2 }) => encodeFailure(failure2));
  const [only2] = encoded;
  if (encoded.length === 1 && only2 !== void 0) return only2;
  return { error: "WrappedFailure", failures: encoded.sort(byText) };
}

// tests/conformance/taskflow/read-back.ts
function readBack(view, { names }, spec) {
  const shown2 = new Map(view.atoms.map((atom2) => [names.get(atom2.path) ?? atom2.path, atom2]));
  const ordered = [...shown2].sort(([a2], [b2]) => a2 < b2 ? -1 : 1);
  return {
    atoms: Object.fromEntries(ordered.map(([name2, atom2]) => [name2, [atom2.state, intentionOf(atom2)]])),
    results: resultsIn2(view, shown2, spec),
    failures: {
      execute: failuresIn(ordered, ({ failure: failure2, overcome }) => failure2 ?? overcome),
      revert: failuresIn(ordered, ({ revertFailure }) => revertFailure)
    }
  };
}
function intentionOf({ state, intention: intention2 }) {
  return state === "IGNORE" && intention2 === "EXECUTE" ? "IGNORE" : intention2;
}
function failuresIn(atoms2, pick) {
  return Object.fromEntries(
    atoms2.flatMap(([name2, atom2]) => {
      const failure2 = pick(atom2);
      return failure2 === void 0 ? [] : [[name2, { ...encodeFailure(failure2) }]];
    })
  );
}
function resultsIn2(view, shown2, spec) {
  const results = {};
  const inputs = view.inputs;
  const providers = providersIn(spec);
  for (const name2 of [.../* @__PURE__ */ new Set([...Object.keys(inputs), ...providers.keys()])].sort()) {
    const values = Object.hasOwn(inputs, name2) ? [inputs[name2]] : [];
    for (const { atom: atom2, place } of providers.get(name2) ?? []) {
      const view2 = shown2.get(atom2);
      if (view2 !== void 0 && view2.state !== "IGNORE") values.push(readable(view2, name2, place));
    }
    const found = values.filter((value) => value !== void 0);
    if (found.length === 0 || found.length < values.length) continue;
    results[name2] = found.length === 1 ? found[0] : { $many: found.sort(byText) };
  }
  return results;
}
function readable(atom2, output, place) {
  const failure2 = atom2.failure ?? (atom2.state === "PENDING" ? atom2.overcome : void 0);
  if (failure2 !== void 0) return place === void 0 ? failureValue(failure2) : void 0;
  return READABLE.has(atom2.state) ? atom2.result?.[output] : void 0;
}
var READABLE = /* @__PURE__ */ new Set(["SUCCESS", "FAILURE", "REVERTING"]);

// tests/conformance/taskflow/world.ts
var World = class {
  #attempts;
  #stops = [];
  #reached = /* @__PURE__ */ new Map();
  #suspend = () => void 0;
  #kill = () => void 0;
  trace = [];
  /** Events that say again what a listener before the crash was told. */
  repeated = /* @__PURE__ */ new Set();
  calls = [];
  /** Calls of pieces of work that had been called in a process that died. */
  again = [];
  /** The process is gone: nothing that it does happens. */
  dead = false;
  /** Somebody who listened knows that the run has ended. */
  endHeard = false;
  constructor(attempts = new EveryCall()) {
    this.#attempts = attempts;
  }
  beginSegment(stops, means) {
    this.trace = [];
    this.repeated = /* @__PURE__ */ new Set();
    this.calls = [];
    this.again = [];
    this.dead = false;
    this.endHeard = false;
    this.#stops = stops;
    this.#reached = /* @__PURE__ */ new Map();
    this.#suspend = means.suspend;
    this.#kill = means.kill;
  }
  /**
   * Takes note of an event. What an engine tells after the crash was durable before it: steps are atomic, so these
   * events have happened too.
   */
  told(event, isRepeated) {
    this.trace.push(event);
    this.#attempts.told(event);
    if (!this.dead && event[0] === "flow") this.endHeard = ENDS.has(event[2]);
    if (isRepeated) this.repeated.add(event);
    else if (event[0] === "flow") this.#point(`flow ${event[2]}`);
    else this.#point(`${event[1]} ${event[2]}`);
  }
  /** Takes note of a call; resolves with its number, counted over the whole case, and never when the process dies in it. */
  async called(call2) {
    if (this.dead) return NEVER2;
    const { attempt: attempt2, again } = this.#attempts.next(call2);
    (again ? this.again : this.calls).push(call2);
    const { op, atom: atom2 } = call2;
    this.#point(`${atom2} call ${op}`);
    return this.dead ? NEVER2 : attempt2;
  }
  #point(reached) {
    if (this.dead) return;
    const nth = (this.#reached.get(reached) ?? 0) + 1;
    this.#reached.set(reached, nth);
    for (const { action, at } of this.#stops) {
      if (pointOf(at) !== reached || (at.nth ?? 1) !== nth) continue;
      if (action === "suspend") {
        this.#suspend();
      } else {
        this.dead = true;
        this.#kill();
        return;
      }
    }
  }
};
var ENDS = /* @__PURE__ */ new Set(["SUCCESS", "REVERTED", "FAILURE"]);
var NEVER2 = new Promise(() => void 0);
function pointOf({ atom: atom2, state, call: call2 }) {
  if (call2 !== void 0) return `${atom2} call ${call2}`;
  return atom2 === void 0 ? `flow ${state}` : `${atom2} ${state}`;
}

// tests/conformance/taskflow/crash.ts
function undisturbed(recorded) {
  return hurt(recorded);
}
async function hurt(recorded, ...points) {
  const attempts = new EachPiece();
  const world = new World(attempts);
  const store2 = memory();
  const calls = [];
  for (let index = 0; ; index++) {
    const life = mortal(world, store2, points[index]);
    const process2 = open(world, recorded, recorded.flow, life.persistence, life.clock);
    if ("invalid" in process2) return void 0;
    world.beginSegment([], IDLE);
    const ended = await Promise.race([goOn2(process2, recorded, attempts), life.died]);
    calls.push(...world.calls);
    if (ended !== void 0) return { text: await told(process2, ended, calls), writes: life.writes() };
  }
}
function mortal(world, store2, point) {
  let writes = 0;
  const clock = new VirtualClock();
  const persistence = withFaults(store2, (write) => {
    writes++;
    if (write !== point?.write) return "pass";
    if (point.fault === "lose-answer") setImmediate(() => clock.advance(1e3));
    else world.dead = true;
    return point.fault;
  });
  return { persistence, clock, died: persistence.died.then(() => void 0), writes: () => writes };
}
async function goOn2({ app, built }, recorded, attempts) {
  if ((await app.runs()).runs.length === 0) return app.run(built.flow, { id: ID, inputs: recorded.store ?? {} });
  const { atoms: atoms2 } = await app.inspect(ID);
  const states = new Map(atoms2.map(({ path, state }) => [built.names.get(path) ?? path, state]));
  attempts.goesOn((atom2) => states.get(atom2));
  return app.resume(built.flow, ID, { takeover: "force" });
}
var IDLE = { suspend: () => void 0, kill: () => void 0 };
async function told({ app, built, spec }, ended, calls) {
  const view = await app.inspect(ID);
  await app.stop();
  return textOf({
    state: view.state,
    ended: ended.state,
    raised: raisedBy(ended),
    ...readBack(view, built, spec),
    calls: [...calls].sort(byText)
  });
}

// tests/conformance/taskflow/conform.ts
import { readFileSync } from "node:fs";
function vectorsIn(file3) {
  const lines = readFileSync(file3, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
}

// ../../../tmp/multi.ts
var [file2, name, pts] = process.argv.slice(2);
var v = vectorsIn(file2).find((v2) => v2.case.name === name);
var a = await undisturbed(v.case);
var b = await hurt(v.case, ...JSON.parse(pts));
console.log(JSON.stringify(v.case.flow));
console.log(a.writes);
var A = JSON.parse(a.text);
var B = JSON.parse(b.text);
for (const k of Object.keys(A)) if (JSON.stringify(A[k]) !== JSON.stringify(B[k])) console.log(k, "\n ", JSON.stringify(A[k]), "\n ", JSON.stringify(B[k]));
