// A stand-in of the module `vscode`: documents, settings, trust, diagnostics, watchers and messages
// behave as in the editor, as far as the extension and vscode-languageclient use them.
import * as path from "node:path";
import { readFileSync } from "node:fs";
import { URI } from "vscode-uri";

type Listener<T> = (event: T) => unknown;

export class Disposable {
  static from(...all: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
  constructor(readonly dispose: () => unknown) {}
}

export class EventEmitter<T> {
  private readonly listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>, self?: unknown, disposables?: Disposable[]) => {
    const bound = self === undefined ? listener : listener.bind(self);
    this.listeners.add(bound);
    const disposable = new Disposable(() => this.listeners.delete(bound));
    disposables?.push(disposable);
    return disposable;
  };
  fire(event: T): void {
    for (const listener of [...this.listeners]) {
      listener(event);
    }
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class CancellationTokenSource {
  private readonly emitter = new EventEmitter<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.emitter.event };
  cancel(): void {
    this.token.isCancellationRequested = true;
    this.emitter.fire();
  }
  dispose(): void {
    this.emitter.dispose();
  }
}
export class CancellationError extends Error {}

// Values

export const Uri = URI;

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
  compareTo(other: Position): number {
    return this.line - other.line || this.character - other.character;
  }
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(start: Position | number, end: Position | number, line?: number, character?: number) {
    if (typeof start === "number") {
      this.start = new Position(start, end as number);
      this.end = new Position(line ?? 0, character ?? 0);
    } else {
      this.start = start;
      this.end = end as Position;
    }
  }
  get isEmpty(): boolean {
    return this.isEqual(new Range(this.start, this.start));
  }
  isEqual(other: Range): boolean {
    return !this.start.compareTo(other.start) && !this.end.compareTo(other.end);
  }
  intersection(other: Range): Range | undefined {
    const start = this.start.compareTo(other.start) > 0 ? this.start : other.start;
    const end = this.end.compareTo(other.end) < 0 ? this.end : other.end;
    return start.compareTo(end) > 0 ? undefined : new Range(start, end);
  }
}

export class TextEdit {
  constructor(
    readonly range: Range,
    readonly newText: string,
  ) {}
}

export class WorkspaceEdit {
  readonly all = new Map<string, TextEdit[]>();
  set(uri: URI, edits: TextEdit[]): void {
    this.all.set(uri.toString(), edits);
  }
}

export class Diagnostic {
  source?: string;
  code?: unknown;
  constructor(
    readonly range: Range,
    readonly message: string,
    readonly severity: number,
  ) {}
}

export class RelativePattern {
  readonly baseUri: URI;
  constructor(
    base: { uri: URI } | URI,
    readonly pattern: string,
  ) {
    this.baseUri = base instanceof URI ? base : base.uri;
  }
}

export class ThemeColor {
  constructor(readonly id: string) {}
}
export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 };
export const LogLevel = { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const ProgressLocation = { SourceControl: 1, Window: 10, Notification: 15 };
export const ViewColumn = { Active: -1, Beside: -2, One: 1 };
export const version = "1.91.0";

// Documents

export class Document {
  version = 1;
  readonly isUntitled = false;
  readonly fileName: string;
  constructor(
    readonly uri: URI,
    readonly languageId: string,
    private text: string,
  ) {
    this.fileName = uri.fsPath;
  }
  get lines(): string[] {
    return this.text.split("\n");
  }
  get lineCount(): number {
    return this.lines.length;
  }
  getText(): string {
    return this.text;
  }
  offsetAt(position: Position): number {
    const { lines } = this;
    if (position.line >= lines.length) {
      return this.text.length;
    }
    const before = lines.slice(0, position.line).reduce((sum, line) => sum + line.length + 1, 0);
    return before + Math.min(position.character, lines[position.line]?.length ?? 0);
  }
  /** Replace ranges, and tell everybody. */
  edit(edits: TextEdit[]): void {
    const last = [...edits].sort((one, other) => other.range.start.compareTo(one.range.start));
    const contentChanges = last.map(({ range, newText }) => {
      const [start, end] = [this.offsetAt(range.start), this.offsetAt(range.end)];
      return { range, rangeOffset: start, rangeLength: end - start, text: newText };
    });
    for (const change of contentChanges) {
      this.text =
        this.text.slice(0, change.rangeOffset) +
        change.text +
        this.text.slice(change.rangeOffset + change.rangeLength);
    }
    this.version++;
    events.changedText.fire({ document: this, contentChanges, reason: undefined });
  }
}

const events = {
  opened: new EventEmitter<Document>(),
  closed: new EventEmitter<Document>(),
  saved: new EventEmitter<Document>(),
  willSave: new EventEmitter<unknown>(),
  changedText: new EventEmitter<unknown>(),
  folders: new EventEmitter<unknown>(),
  trust: new EventEmitter<void>(),
  settings: new EventEmitter<{ affectsConfiguration(name: string): boolean }>(),
  diagnostics: new EventEmitter<{ uris: URI[] }>(),
  editor: new EventEmitter<unknown>(),
  visible: new EventEmitter<unknown>(),
  tabs: new EventEmitter<unknown>(),
  none: new EventEmitter<never>(),
};

// What a test does, and sees

export interface Message {
  level: string;
  text: string;
  actions: string[];
}

export interface Folder {
  uri: URI;
  name: string;
  index: number;
}

/** The editor as a test drives it. */
export const editor = {
  /** All messages that the user saw. */
  messages: [] as Message[],
  /** The title of the action that the user chooses, for each message; undefined closes it. */
  answer: (_: Message): string | undefined => undefined,
  log: [] as string[],
  statusText: "",
  statuses: [] as string[],
  statusTooltip: "",
  isStatusShown: false,
  /** Commands of the editor itself that were run. */
  executed: [] as string[],
  /** What the last of these commands was given. */
  given: [] as unknown[],
  lenses: [] as { provideCodeLenses(document: Document, token: unknown): Promise<CodeLens[]> }[],
  panels: [] as { title: string; webview: { html: string } }[],
  extensions: new Map<string, unknown>(),
  /** Settings by scope: `user`, `workspace`, or the URI of a folder. */
  settings: new Map<string, Map<string, unknown>>(),
  commands: new Map<string, (...args: unknown[]) => unknown>(),
  watchers: [] as { pattern: string | RelativePattern; created: EventEmitter<URI>; changed: EventEmitter<URI>; deleted: EventEmitter<URI> }[],

  reset(isTrusted: boolean, folders: string[]): void {
    Object.assign(workspace, { isTrusted, textDocuments: [], workspaceFolders: folders.map(folderOf) });
    Object.assign(editor, { messages: [], log: [], executed: [], given: [], lenses: [], panels: [], watchers: [], statuses: [], statusText: "", isStatusShown: false });
    Object.assign(window, { activeTextEditor: undefined, visibleTextEditors: [] });
    editor.answer = () => undefined;
    editor.settings.clear();
    editor.extensions.clear();
    editor.commands.clear();
    collections.length = 0;
    Object.values(events).forEach((emitter) => emitter.dispose());
  },
  open(file: string, languageId = "yaml"): Document {
    const open = workspace.textDocuments.find((document) => document.fileName === file);
    const document = open ?? new Document(URI.file(file), languageId, readFileSync(file, "utf8"));
    window.activeTextEditor = { document };
    window.visibleTextEditors = [{ document }];
    if (open === undefined) {
      workspace.textDocuments.push(document);
      events.opened.fire(document);
      const tab = { input: new TabInputText(document.uri) };
      events.tabs.fire({ opened: [tab], closed: [], changed: [] });
    }
    events.editor.fire(window.activeTextEditor);
    return document;
  },
  set(scope: string, name: string, value: unknown): void {
    const settings = editor.settings.get(scope) ?? new Map<string, unknown>();
    editor.settings.set(scope, settings);
    settings.set(name, value);
    events.settings.fire({
      affectsConfiguration: (section) => name === section || name.startsWith(`${section}.`),
    });
  },
  changeFolders(folders: string[]): void {
    const before = workspace.workspaceFolders;
    workspace.workspaceFolders = folders.map(folderOf);
    events.folders.fire({ added: [], removed: before });
  },
  grantTrust(): void {
    workspace.isTrusted = true;
    events.trust.fire();
  },
  /** A file was changed by another program. */
  touch(file: string): void {
    for (const watcher of editor.watchers) {
      const pattern = typeof watcher.pattern === "string" ? watcher.pattern : watcher.pattern.pattern;
      if (pattern.startsWith("**/.venv/") && file.includes("/.venv/")) {
        watcher.changed.fire(URI.file(file));
      }
    }
  },
  diagnostics(document: Document): Diagnostic[] {
    return collections.flatMap((collection) => collection.get(document.uri.toString()) ?? []);
  },
  run(command: string, ...given: unknown[]): unknown {
    const run = editor.commands.get(command);
    if (run === undefined) {
      throw new Error(`there is no command ${command}`);
    }
    return run(...given);
  },
};

function folderOf(file: string, index: number): Folder {
  return { uri: URI.file(file), name: path.basename(file), index };
}

// The module

const collections: Map<string, Diagnostic[]>[] = [];

function settingsOf(scope?: URI) {
  const folder = scope && workspace.getWorkspaceFolder(scope);
  const value = (where: string, name: string) => editor.settings.get(where)?.get(name);
  return (name: string) => ({
    defaultValue: undefined,
    globalValue: value("user", name),
    workspaceValue: value("workspace", name),
    workspaceFolderValue: folder ? value(folder.uri.toString(), name) : undefined,
  });
}

function show(level: string) {
  return async (text: string, ...rest: (string | { title: string })[]) => {
    const actions = rest.map((action) => (typeof action === "string" ? action : action.title));
    const message = { level, text, actions };
    editor.messages.push(message);
    const answer = editor.answer(message);
    return rest[actions.indexOf(answer ?? "")];
  };
}

export const workspace = {
  isTrusted: true,
  textDocuments: [] as Document[],
  notebookDocuments: [],
  workspaceFolders: [] as Folder[],
  onDidOpenTextDocument: events.opened.event,
  onDidCloseTextDocument: events.closed.event,
  onDidSaveTextDocument: events.saved.event,
  onWillSaveTextDocument: events.willSave.event,
  onDidChangeTextDocument: events.changedText.event,
  onDidChangeWorkspaceFolders: events.folders.event,
  onDidGrantWorkspaceTrust: events.trust.event,
  onDidChangeConfiguration: events.settings.event,
  getWorkspaceFolder: (uri: URI) =>
    workspace.workspaceFolders
      .filter((folder) => uri.fsPath === folder.uri.fsPath || uri.fsPath.startsWith(folder.uri.fsPath + path.sep))
      .sort((one, other) => other.uri.fsPath.length - one.uri.fsPath.length)[0],
  getConfiguration: (section: string, scope?: URI) => {
    const inspect = (name: string) => settingsOf(scope)(`${section}.${name}`);
    return {
      inspect,
      get: (name: string, otherwise?: unknown) => {
        const found = inspect(name);
        return found.workspaceFolderValue ?? found.workspaceValue ?? found.globalValue ?? otherwise;
      },
    };
  },
  createFileSystemWatcher: (pattern: string | RelativePattern) => {
    const [created, changed, deleted] = [new EventEmitter<URI>(), new EventEmitter<URI>(), new EventEmitter<URI>()];
    const watcher = { pattern, created, changed, deleted };
    editor.watchers.push(watcher);
    return {
      onDidCreate: created.event,
      onDidChange: changed.event,
      onDidDelete: deleted.event,
      dispose: () => editor.watchers.splice(editor.watchers.indexOf(watcher), 1),
    };
  },
  applyEdit: async (edit: WorkspaceEdit) => {
    for (const [uri, edits] of edit.all) {
      workspace.textDocuments.find((document) => document.uri.toString() === uri)?.edit(edits);
    }
    return true;
  },
};

export const window = {
  activeTextEditor: undefined as { document: Document } | undefined,
  visibleTextEditors: [] as { document: Document }[],
  tabGroups: {
    get all() {
      return [{ tabs: workspace.textDocuments.map(({ uri }) => ({ input: new TabInputText(uri) })) }];
    },
    onDidChangeTabs: events.tabs.event,
  },
  onDidChangeActiveTextEditor: events.editor.event,
  onDidChangeVisibleTextEditors: events.visible.event,
  showErrorMessage: show("error"),
  showWarningMessage: show("warning"),
  showInformationMessage: show("info"),
  setStatusBarMessage: (text: string) => editor.log.push(text),
  withProgress: (_: unknown, task: (progress: unknown, token: unknown) => unknown) =>
    task({ report: () => undefined }, new CancellationTokenSource().token),
  createWebviewPanel: (_: string, title: string) => {
    const panel = { title, webview: { html: "" } };
    editor.panels.push(panel);
    return panel;
  },
  createStatusBarItem: () => {
    const item = {
      set text(text: string) {
        editor.statusText = text;
        editor.statuses.push(text);
      },
      set tooltip(text: string) {
        editor.statusTooltip = text;
      },
      show: () => (editor.isStatusShown = true),
      hide: () => (editor.isStatusShown = false),
      dispose: () => undefined,
    };
    return item;
  },
  createOutputChannel: () => {
    const write = (text: string) => editor.log.push(text);
    return {
      name: "dispatch-lint",
      logLevel: LogLevel.Info,
      onDidChangeLogLevel: events.none.event,
      trace: () => undefined,
      debug: () => undefined,
      info: write,
      warn: write,
      error: write,
      append: write,
      appendLine: write,
      show: () => editor.executed.push("log.show"),
      dispose: () => undefined,
    };
  },
};

export const languages = {
  onDidChangeDiagnostics: events.diagnostics.event,
  getDiagnostics: () =>
    collections.flatMap((collection) =>
      [...collection].map(([uri, diagnostics]): [URI, Diagnostic[]] => [URI.parse(uri), diagnostics]),
    ),
  createDiagnosticCollection: () => {
    const all = new Map<string, Diagnostic[]>();
    collections.push(all);
    const changed = (...uris: URI[]) => events.diagnostics.fire({ uris });
    return {
      set: (uri: URI, diagnostics: Diagnostic[]) => {
        all.set(uri.toString(), diagnostics ?? []);
        changed(uri);
      },
      get: (uri: URI) => all.get(uri.toString()),
      has: (uri: URI) => all.has(uri.toString()),
      delete: (uri: URI) => all.delete(uri.toString()),
      clear: () => all.clear(),
      dispose: () => {
        all.clear();
        changed();
      },
    };
  },
  match: (selector: unknown, document: Document): number => {
    const filters = (Array.isArray(selector) ? selector : [selector]) as {
      language?: string;
      scheme?: string;
      pattern?: RelativePattern;
    }[];
    return filters.some(
      ({ language, scheme, pattern }) =>
        (language === undefined || language === document.languageId) &&
        (scheme === undefined || scheme === document.uri.scheme) &&
        (pattern === undefined || document.uri.fsPath.startsWith(pattern.baseUri.fsPath + path.sep)),
    )
      ? 10
      : 0;
  },
};

Object.assign(languages, {
  registerCodeLensProvider: (_: unknown, provider: (typeof editor.lenses)[0]) => {
    editor.lenses.push(provider);
    return new Disposable(() => editor.lenses.splice(editor.lenses.indexOf(provider), 1));
  },
});

export const commands = {
  registerCommand: (name: string, run: (...args: unknown[]) => unknown) => {
    editor.commands.set(name, run);
    return new Disposable(() => editor.commands.delete(name));
  },
  executeCommand: async (name: string, ...args: unknown[]) => {
    editor.executed.push(name);
    editor.given = args;
    return editor.commands.get(name)?.(...args);
  },
};

export const extensions = {
  getExtension: (name: string) => {
    const api = editor.extensions.get(name);
    return api === undefined ? undefined : { activate: async () => api };
  },
};

export const env = {
  language: "en",
  appName: "stand-in",
  openExternal: async (uri: URI) => editor.executed.push(uri.toString()),
};

/** Classes and enumerations that are only named, never looked at. */
class Unused {
  constructor(...args: unknown[]) {
    void args;
  }
}
const UNUSED =
  "CallHierarchyIncomingCall CallHierarchyItem CallHierarchyOutgoingCall CodeAction " +
  "CodeActionTriggerKind Color ColorInformation ColorPresentation CompletionItem " +
  "CompletionItemKind CompletionItemTag CompletionList CompletionTriggerKind " +
  "DiagnosticRelatedInformation DiagnosticTag DocumentHighlight DocumentHighlightKind DocumentLink " +
  "DocumentSymbol FileType FoldingRange FoldingRangeKind Hover InlayHint InlayHintLabelPart " +
  "InlineCompletionItem InlineCompletionList InlineCompletionTriggerKind InlineValueEvaluatableExpression " +
  "InlineValueText InlineValueVariableLookup LinkedEditingRanges MarkdownString NotebookCellKind " +
  "ParameterInformation SelectionRange SemanticTokens SemanticTokensEdit SemanticTokensEdits " +
  "SignatureHelp SignatureHelpTriggerKind SignatureInformation SnippetString SnippetTextEdit " +
  "SymbolInformation SymbolKind SymbolTag TabInputCustom TabInputNotebook TabInputTextDiff " +
  "TextDocumentSaveReason TypeHierarchyItem";
/** A class whose static members are there, whatever they are called. */
const anything = (): unknown =>
  new Proxy(class extends Unused {}, {
    get: (target, name) =>
      name in target || typeof name === "symbol"
        ? Reflect.get(target, name)
        : { value: name },
  });

export class CodeActionKind {
  static readonly Empty = new CodeActionKind("");
  static readonly QuickFix = new CodeActionKind("quickfix");
  static readonly Source = new CodeActionKind("source");
  constructor(readonly value: string) {}
  append(part: string): CodeActionKind {
    return new CodeActionKind(this.value ? `${this.value}.${part}` : part);
  }
}

export class CodeLens {
  command?: { title: string; command: string; arguments?: unknown[] };
  constructor(readonly range: Range) {}
}

export class Location {
  constructor(readonly uri: URI, readonly range: Range) {}
}

/** What a tab shows: servers are asked for the diagnostics of those. */
export class TabInputText {
  constructor(readonly uri: URI) {}
}

/** The module as `require("vscode")` gives it. */
export function asModule(all: Record<string, unknown>): unknown {
  const providers = new Proxy(languages, {
    get: (target, name) =>
      Reflect.get(target, name) ??
      (String(name).startsWith("register") ? () => new Disposable(() => undefined) : undefined),
  });
  const unused = UNUSED.split(" ").map((name) => [name, anything()]);
  return { ...Object.fromEntries(unused), ...all, languages: providers };
}
