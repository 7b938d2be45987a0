// The compiled extension against a stand-in of the editor, with the real server over stdio.
//
// DISPATCH_LINT is the program `dispatch-lint`.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import Module from "node:module";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, test, type TestContext } from "node:test";
import * as standIn from "./vscode";

const { editor } = standIn;
const PROGRAM = path.resolve(process.env["DISPATCH_LINT"] ?? "../../.venv/bin/dispatch-lint");
const WAIT = Number(process.env["WAIT"] ?? 30_000);
const SETTINGS = "ignore = ['server-owned-field']\n";
const WRONG = "kind: Function\nname: f\nimage: nodejs\nstatus: ready\n";

const load = (Module as unknown as { _load: (name: string, ...rest: unknown[]) => unknown })._load;
const vscode = standIn.asModule({ ...standIn });
(Module as unknown as { _load: unknown })._load = (name: string, ...rest: unknown[]) =>
  name === "vscode" ? vscode : load(name, ...rest);
// eslint-disable-next-line @typescript-eslint/no-require-imports
const extension: {
  activate(context: unknown): void;
  deactivate(): Promise<void>;
} = require(path.resolve(__dirname, "..", "dist", "extension.js"));

const root = realpathSync(mkdtempSync(path.join(tmpdir(), "dispatch-lint-vscode-")));
process.env["XDG_CONFIG_HOME"] = path.join(root, "config"); // what users trust is remembered there
delete process.env["DISPATCH_LINT_TRUST"];
const PATH = process.env["PATH"] ?? "";

// Folders and programs

let count = 0;

/** A folder with one wrong document, and a program in `.venv` that notes its process. */
function project(files: Record<string, string> = {}, program = running()): string {
  const folder = path.join(root, `project${++count}`);
  write(folder, { "function.yaml": WRONG, "dispatch-lint.toml": SETTINGS, ...files });
  if (program) {
    install(path.join(folder, ".venv", "bin"), program);
  }
  return folder;
}

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

/** A script that runs the real program, after it wrote its process number beside itself. */
function running(): string {
  return `#!/bin/sh\necho $$ >> "$0.pids"\nexec "${PROGRAM}" "$@"\n`;
}

function install(folder: string, text: string): string {
  write(folder, { "dispatch-lint": text });
  const program = path.join(folder, "dispatch-lint");
  chmodSync(program, 0o755);
  return program;
}

/** The numbers of all processes that a script ever was. */
function processes(folder: string): number[] {
  const file = path.join(folder, ".venv", "bin", "dispatch-lint.pids");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

// The session

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + WAIT;
  while (!holds()) {
    if (Date.now() > end) {
      assert.fail(`${what}: not within ${WAIT / 1000} s.\n${JSON.stringify(editor.messages)}\n${editor.log.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What the user reads about a document, once it is as expected. */
async function shows(document: standIn.Document, ...rules: string[]): Promise<void> {
  const found = () => editor.diagnostics(document).map((diagnostic) => codeOf(diagnostic)).sort();
  await until(`${rules} for ${document.fileName}`, () => found().join() === rules.join());
}

function codeOf(diagnostic: standIn.Diagnostic): string {
  const code = diagnostic.code as string | { value: string };
  return typeof code === "object" ? code.value : code;
}

const status = (text: string) =>
  until(`status "${text}"`, () => editor.isStatusShown && editor.statusText === text);

function start(isTrusted: boolean, folders: string[], settings: [string, string, unknown][] = []): void {
  editor.reset(isTrusted, folders);
  settings.forEach(([scope, name, value]) => editor.set(scope, name, value));
  process.env["PATH"] = "/usr/bin:/bin"; // no dispatch-lint there, but what its script needs
  extension.activate({
    subscriptions: [],
    asAbsolutePath: (name: string) => path.resolve(__dirname, "..", name),
  });
}

/** A test at whose end no server is left. */
function session(name: string, steps: (t: TestContext) => Promise<void>): void {
  void test(name, async (t) => {
    try {
      await steps(t);
    } finally {
      await extension.deactivate();
      process.env["PATH"] = PATH;
    }
  });
}
after(() => rmSync(root, { recursive: true, force: true }));

session("a session of ten steps", async (t) => {
  const [one, two] = [project(), project({ "dispatch-lint.toml": "ignore = ['server-owned-field', 'status-value']\n" })];
  start(true, [one]);
  const document = editor.open(path.join(one, "function.yaml"));

  await t.test("1. the folder's .venv is found, and the file is checked", async () => {
    await shows(document, "status-value");
    const [diagnostic] = editor.diagnostics(document);
    assert.equal(diagnostic?.range.start.line, 3);
    assert.match(diagnostic?.message ?? "", /"ready"/);
    await status("$(warning) dispatch-lint 1");
    assert.ok(editor.statuses.includes("$(sync~spin) dispatch-lint"));
    assert.deepEqual(editor.messages, []);
  });

  await t.test("2. an edit is checked as it is typed", async () => {
    document.edit([new standIn.TextEdit(new standIn.Range(1, 0, 1, 7), "name: f g")]);
    await shows(document, "name-format", "status-value");
    document.edit([new standIn.TextEdit(new standIn.Range(1, 0, 1, 9), "name: f")]);
    await shows(document, "status-value");
  });

  await t.test("3. fix all in file", async () => {
    await editor.run("dispatch-lint.fixAll");
    assert.match(document.getText(), /^status: READY$/m);
    await shows(document);
    await status("$(check) dispatch-lint");
  });

  await t.test("4. a second folder has its own server and settings", async () => {
    editor.changeFolders([one, two]);
    await until("a second process", () => processes(two).length === 1);
    const other = editor.open(path.join(two, "function.yaml"));
    await status("$(check) dispatch-lint");
    await shows(other); // status-value is ignored there
    assert.equal(processes(one).length, 1);
  });

  await t.test("5. a folder that is removed has none any more", async () => {
    editor.changeFolders([one]);
    await until("its end", () => !isAlive(processes(two)[0] ?? 0));
    assert.ok(isAlive(processes(one)[0] ?? 0), editor.log.join("\n"));
  });

  await t.test("6. the setting enable", async () => {
    editor.set(standIn.Uri.file(one).toString(), "dispatch-lint.enable", false);
    await until("its end", () => !isAlive(processes(one)[0] ?? 0));
    editor.open(path.join(one, "function.yaml"));
    assert.equal(editor.isStatusShown, false);
    document.edit([new standIn.TextEdit(new standIn.Range(3, 8, 3, 13), "ready")]);
    editor.set(standIn.Uri.file(one).toString(), "dispatch-lint.enable", true);
    await until("a new process", () => processes(one).length === 2);
    await shows(document, "status-value");
  });

  await t.test("7. a program that changes is started anew", async () => {
    const program = install(path.join(one, ".venv", "bin"), running() + "# upgraded\n");
    editor.touch(program);
    await until("a new process", () => processes(one).length === 3);
    await until("the end of the old one", () => !isAlive(processes(one)[1] ?? 0));
    await shows(document, "status-value");
    editor.touch(program); // the same file
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(processes(one).length, 3);
  });

  await t.test("8. the report", async () => {
    await editor.run("dispatch-lint.showReport");
    assert.deepEqual(editor.messages, []);
    assert.match(editor.panels[0]?.webview.html ?? "", /function\.yaml/);
  });

  await t.test("9. the setting trace", async () => {
    const traced = () => editor.log.filter((line) => line.includes("textDocument/didChange")).length;
    const edit = () => document.edit([new standIn.TextEdit(new standIn.Range(0, 0, 0, 0), "# \n")]);
    edit();
    await status("$(warning) dispatch-lint 1");
    assert.equal(traced(), 0);
    editor.set("user", "dispatch-lint.trace.server", "verbose");
    edit();
    await until("the trace", () => traced() > 0 && editor.log.some((line) => line.includes('"contentChanges"')));
    editor.set("user", "dispatch-lint.trace.server", "off");
  });

  await t.test("10. the command restart", async () => {
    await editor.run("dispatch-lint.restart");
    await until("a new process", () => processes(one).length >= 5); // the report was one, too
    await shows(document, "status-value");
    const watchers = () => editor.watchers.filter((watcher) => typeof watcher.pattern !== "string");
    assert.equal(watchers().length, 1); // however often it was started
    await extension.deactivate();
    assert.equal(watchers().length, 0);
    await until("the end of all", () => !processes(one).some(isAlive));
    assert.deepEqual(editor.messages, []);
  });
});

session("a server that crashes is started again, and given up after the fifth time", async () => {
  const folder = project();
  start(true, [folder]);
  const document = editor.open(path.join(folder, "function.yaml"));
  for (let crash = 1; crash <= 5; crash++) {
    await shows(document, "status-value");
    await until("a process", () => processes(folder).length === crash);
    process.kill(processes(folder).at(-1) ?? 0, "SIGKILL");
    await until("the end of its diagnostics", () => editor.diagnostics(document).length === 0);
  }
  await until("a message", () => editor.messages.length === 1);
  const [message] = editor.messages;
  assert.match(message?.text ?? "", /ended 5 times within 3 minutes; it is not started again/);
  assert.deepEqual(message?.actions, ["Show the Log", "Restart"]);
  await status("$(error) dispatch-lint");
  assert.equal(processes(folder).length, 5);
  await editor.run("dispatch-lint.restart");
  await shows(document, "status-value");
  assert.equal(editor.messages.length, 1);
});

session("a server that does not start says why, once", async () => {
  const why = "Error: the language server needs a further package (pygls): pip install 'dispatch-lint[lsp]'";
  const folder = project({}, `#!/bin/sh\ncat >&2 <<'END'\n${why}\nEND\nexit 1\n`);
  start(true, [folder]);
  editor.open(path.join(folder, "function.yaml"));
  await until("a message", () => editor.messages.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(editor.messages.length, 1);
  assert.ok(editor.messages[0]?.text.endsWith(why), editor.messages[0]?.text);
  await status("$(error) dispatch-lint");
});

session("a server that ends without a word says how", async () => {
  const folder = project({}, "#!/bin/sh\nexec 0<&- 1>&-\nsleep 0.3\nexit 7\n");
  start(true, [folder]);
  editor.open(path.join(folder, "function.yaml"));
  await until("a message", () => editor.messages.length > 0);
  assert.match(editor.messages[0]?.text ?? "", /did not start: it ended with exit code 7$/);
});

session("a server whose last words come late, in two pieces, is quoted", async () => {
  const words = "printf 'Error: half a ' >&2; sleep 0.1; echo 'sentence' >&2";
  const folder = project({}, `#!/bin/sh\nexec 0<&- 1>&-\nsleep 0.2\n${words}\nexit 1\n`);
  start(true, [folder]);
  editor.open(path.join(folder, "function.yaml"));
  await until("a message", () => editor.messages.length > 0);
  assert.match(editor.messages[0]?.text ?? "", /did not start: Error: half a sentence$/);
});

session("a program that is missing is one message with what to do", async () => {
  const folders = [project({}, ""), project({}, "")];
  start(true, folders);
  const document = editor.open(path.join(folders[0] ?? "", "function.yaml"));
  await status("$(error) dispatch-lint");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(editor.messages.length, 1);
  assert.match(editor.messages[0]?.text ?? "", /was not found.*pip install 'dispatch-lint\[lsp\]'.*dispatch-lint\.path/);
  editor.set("user", "dispatch-lint.path", path.join(root, "nowhere"));
  await until("another message", () => editor.messages.length === 2);
  assert.match(editor.messages[1]?.text ?? "", /dispatch-lint\.path names .*nowhere, which is no program/);
  editor.set("user", "dispatch-lint.path", "");
  await until("a third one", () => editor.messages.length === 3);
  // A virtual environment is made.
  editor.touch(install(path.join(folders[0] ?? "", ".venv", "bin"), running()));
  await shows(document, "status-value");
});

const RULE = `"""A rule of the workspace."""
from pathlib import Path
from dispatch_lint.rule import Finding, Rule, Severity

Path(__file__).with_name("ran").touch()


class OwnRule(Rule):
    """Reports every document."""

    name = "own-rule"
    summary = "Reports every document."
    severity = Severity.ERROR
    valid = ()
    invalid = ()

    def check_entity(self, entity):
        yield Finding((), "seen")
`;

session("folders whose names begin alike have violations of their own", async () => {
  const first = project();
  const second = `${first}-more`;
  write(second, { "..data/function.yaml": WRONG, "dispatch-lint.toml": SETTINGS });
  install(path.join(second, ".venv", "bin"), running());
  start(true, [first, second]);
  const other = editor.open(path.join(second, "..data", "function.yaml"));
  await shows(other, "status-value");
  await status("$(warning) dispatch-lint 1");
  const document = editor.open(path.join(first, "function.yaml"));
  await shows(document, "status-value");
  await status("$(warning) dispatch-lint 1");
});

session("nothing of an untrusted workspace is run, until it is trusted", async () => {
  const folder = project({
    "rules/own.py": RULE,
    "dispatch-lint.toml": `${SETTINGS}plugins = ['rules']\nextend-select = ['own-rule']\n`,
  });
  const inside = install(path.join(folder, "..bin"), running()); // which is not above the folder
  const outside = install(path.join(root, "outside", "bin"), running());
  const pids = `${outside}.pids`;
  start(false, [folder], [["workspace", "dispatch-lint.path", inside]]);
  process.env["PATH"] = [path.dirname(inside), ".", path.dirname(outside), "/usr/bin:/bin"].join(":");
  editor.answer = (message) => message.actions.find((action) => action === "Trust this workspace");
  await editor.run("dispatch-lint.restart");
  const document = editor.open(path.join(folder, "function.yaml"));
  await shows(document, "status-value");
  await status("$(warning) dispatch-lint 1 $(shield) untrusted");
  assert.ok(existsSync(pids) && !existsSync(`${inside}.pids`));
  assert.equal(processes(folder).length, 0);
  await until("a question", () => editor.messages.some((message) => /needs your trust/.test(message.text)));
  await until("the editor's own question", () => editor.executed.includes("workbench.trust.manage"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(!existsSync(path.join(folder, "rules", "ran"))); // the server did not take it for given
  assert.equal(editor.messages.filter((message) => /needs your trust/.test(message.text)).length, 1);

  await editor.run("dispatch-lint.trust");
  assert.equal(editor.executed.filter((command) => command === "workbench.trust.manage").length, 2);
  editor.set("workspace", "dispatch-lint.path", "");
  editor.grantTrust();
  await shows(document, "own-rule", "status-value");
  assert.ok(existsSync(path.join(folder, "rules", "ran")));
  assert.equal(processes(folder).length, 1); // now the folder's own
  await status("$(warning) dispatch-lint 2");
});

session("a code lens shows the references that it counts", async () => {
  const folder = project({
    "function.yaml": "kind: Function\nname: f\nimage: node\nsourcePath: .\nhandler: f.h\n",
    "image.yaml": "kind: Image\nname: node\nbaseImageName: base\n",
  });
  start(true, [folder]);
  const document = editor.open(path.join(folder, "image.yaml"));
  await until("a provider", () => editor.lenses.length === 1);
  const ask = async () =>
    (await editor.lenses[0]?.provideCodeLenses(document, { onCancellationRequested: () => undefined }))?.[0]?.command;
  let command = await ask();
  for (let again = 0; command?.title !== "1 reference" && again < 100; again++) {
    command = await ask(); // the other file is read in the background
  }
  assert.equal(command?.title, "1 reference");
  await editor.run(command?.command ?? "", ...(command?.arguments ?? []));
  assert.deepEqual(editor.messages, []);
  assert.equal(editor.executed.at(-1), "editor.action.showReferences");
  const [uri, position, found] = editor.given as [ReturnType<typeof standIn.Uri.file>, standIn.Position, standIn.Location[]];
  assert.equal(uri.toString(), document.uri.toString());
  assert.deepEqual([position.line, position.character], [1, 6]);
  assert.deepEqual(found.map((place) => [path.basename(place.uri.fsPath), place.range.start.line]), [["function.yaml", 2]]);
});

session("the interpreter of the Python extension goes before .venv, the setting before both", async () => {
  const folder = project();
  const environment = install(path.join(root, "environment", "bin"), running());
  const selected = new standIn.EventEmitter<void>();
  let interpreter = path.join(path.dirname(environment), "python");
  start(true, [folder]);
  editor.extensions.set("ms-python.python", {
    environments: {
      getActiveEnvironmentPath: () => ({ path: "id" }),
      resolveEnvironment: async () => ({ executable: { uri: standIn.Uri.file(interpreter) } }),
      onDidChangeActiveEnvironmentPath: selected.event,
    },
  });
  await editor.run("dispatch-lint.restart");
  const document = editor.open(path.join(folder, "function.yaml"));
  await shows(document, "status-value");
  const used = () => editor.log.filter((line) => line.includes(" lsp (from ")).at(-1) ?? "";
  assert.match(used(), /environment\/bin\/dispatch-lint lsp \(from the Python environment\)/);
  interpreter = path.join(root, "empty", "bin", "python");
  editor.grantTrust(); // which follows the extension, too
  await until("the folder's own", () => /from the folder's \.venv/.test(used()));
  interpreter = path.join(path.dirname(environment), "python");
  selected.fire();
  await until("the interpreter's again", () => /from the Python environment/.test(used()));
  editor.set("user", "dispatch-lint.path", "${workspaceFolder}/.venv/bin/dispatch-lint");
  await until("the setting's", () => /from the setting dispatch-lint\.path/.test(used()));
  await shows(document, "status-value");
});

session("the YAML extension is told of manifests, and of nothing else", async () => {
  const folder = project({
    "pod.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {}\n",
    "stored.yaml": "kind: Secret\nname: s\norganizationId: acme\n",
    "mixed.yaml": `${WRONG}---\nsome: thing\n`,
    "two.yaml": `# first\n---\n${WRONG}---\n# nothing\n---\nkind: "Image" # quoted\nname: i\n...\n`,
    ".vscode/dispatch.schema.json": '{"title": "ours", "properties": {"kind": {"enum": ["Function", "Widget", "Image"]}}}',
    "widget.yaml": "kind: Widget\nname: w\n",
  });
  const empty = project({ "widget.yaml": "kind: Widget\nname: w\n" });
  let schema: ((uri: string) => Promise<string | undefined>) | undefined;
  let content: ((uri: string) => Promise<string>) | undefined;
  editor.reset(true, [folder, empty]);
  const yaml = {
    registerContributor: (scheme: string, request: typeof schema, requestContent: typeof content) => {
      assert.equal(scheme, "dispatch-lint");
      [schema, content] = [request, requestContent];
      return true;
    },
  };
  start(true, [folder, empty], []);
  editor.extensions.set("redhat.vscode-yaml", yaml);
  await extension.deactivate();
  extension.activate({ subscriptions: [], asAbsolutePath: (name: string) => path.resolve(__dirname, "..", name) });
  await until("a contributor", () => content !== undefined);
  const ask = (name: string, where = folder) => schema?.(editor.open(path.join(where, name)).uri.toString());
  assert.equal(await ask("pod.yaml"), undefined);
  assert.equal(await ask("stored.yaml"), undefined);
  assert.equal(await ask("mixed.yaml"), undefined);
  assert.equal(await ask("widget.yaml", empty), undefined);
  assert.ok(await ask("two.yaml"));
  const uri = await ask("widget.yaml");
  assert.equal(JSON.parse((await content?.(uri ?? "")) ?? "{}").title, "ours");
  const builtin = await ask("function.yaml", empty);
  assert.equal(JSON.parse((await content?.(builtin ?? "")) ?? "{}").title, "Dispatch manifest");
});
