// Where VS Code begins: one server a folder, and the commands.
import * as vscode from "vscode";
import type { LanguageClient, Position } from "vscode-languageclient/node";
import { LANGUAGES } from "./client";
import { fixAll } from "./fixes";
import { FolderServer, type Shared } from "./folder";
import { isInside } from "./inside";
import { pythonApi } from "./program";
import { showReferences } from "./references";
import { showReport } from "./report";
import { associateSchemas } from "./schemas";
import { Status } from "./status";
import { traceOf } from "./trace";

const HELP = "https://github.com/dispatch-lint/dispatch-lint/blob/main/docs/editors.md";

class Extension implements Shared {
  readonly channel = vscode.window.createOutputChannel("dispatch-lint", { log: true });
  readonly trace = traceOf(this.channel);
  private readonly status = new Status();
  private readonly servers = new Map<string, FolderServer>();
  private hasSaidMissing = false;

  constructor(private readonly context: vscode.ExtensionContext) {}

  start(): void {
    const { subscriptions } = this.context;
    subscriptions.push(this.channel, this.status);
    const command = <Given extends unknown[]>(name: string, run: (...given: Given) => unknown) =>
      subscriptions.push(
        vscode.commands.registerCommand(`dispatch-lint.${name}`, async (...given: Given) => {
          try {
            await run(...given);
          } catch (error) {
            void vscode.window.showErrorMessage(
              `dispatch-lint: ${error instanceof Error ? error.message : error}`,
            );
          }
        }),
      );
    command("fixAll", () => this.fixAll());
    command("restart", () => this.restart());
    command("showReport", () => showReport(this.activeServer()));
    command("trust", () => vscode.commands.executeCommand("workbench.trust.manage"));
    command("showLog", () => this.channel.show());
    command("showReferences", (uri: string, position: Position) =>
      this.showReferences(vscode.Uri.parse(uri), position),
    );

    subscriptions.push(
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.restart()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("dispatch-lint.trace")) {
          this.trace.refresh();
        }
        if (
          event.affectsConfiguration("dispatch-lint.enable") ||
          event.affectsConfiguration("dispatch-lint.path")
        ) {
          this.hasSaidMissing = false;
          void this.refresh();
        }
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.changed()),
      vscode.languages.onDidChangeDiagnostics(() => this.changed()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.followPython()),
    );
    // An environment that is made, upgraded or removed.
    const program = vscode.workspace.createFileSystemWatcher(
      "**/.venv/{bin/dispatch-lint,Scripts/dispatch-lint.exe}",
    );
    const again = () => void this.refresh();
    program.onDidCreate(again);
    program.onDidChange(again);
    program.onDidDelete(again);
    subscriptions.push(program);

    void associateSchemas(this.context, this.channel);
    void this.followPython();
    void this.refresh();
  }

  async stop(): Promise<void> {
    const servers = [...this.servers.values()];
    this.servers.clear();
    await Promise.all(servers.map((server) => server.stop()));
  }

  // What the servers tell

  changed(): void {
    this.status.show(this.serverOf(vscode.window.activeTextEditor?.document.uri));
  }

  missing(problem: string): void {
    if (this.hasSaidMissing) {
      return; // one message, however many folders there are
    }
    this.hasSaidMissing = true;
    const isTrusted = vscode.workspace.isTrusted;
    const advice = isTrusted
      ? "Run pip install 'dispatch-lint[lsp]' in the folder's .venv, or set dispatch-lint.path."
      : "In an untrusted workspace only the PATH and dispatch-lint.path of your user settings are searched.";
    const actions = ["Open Settings", isTrusted ? "How to Install" : "Manage Trust"];
    void vscode.window.showWarningMessage(`${problem} ${advice}`, ...actions).then((answer) => {
      if (answer === "Open Settings") {
        void vscode.commands.executeCommand("workbench.action.openSettings", "dispatch-lint.path");
      } else if (answer === "How to Install") {
        void vscode.env.openExternal(vscode.Uri.parse(HELP));
      } else if (answer !== undefined) {
        void vscode.commands.executeCommand("workbench.trust.manage");
      }
    });
  }

  // Servers

  /** A server for each folder, and none for those that are gone. */
  private async refresh(): Promise<void> {
    const folders = outermost(vscode.workspace.workspaceFolders ?? []);
    const names = new Set(folders.map((folder) => folder.uri.toString()));
    const gone = [...this.servers].filter(([name]) => !names.has(name));
    for (const [name] of gone) {
      this.servers.delete(name);
    }
    for (const folder of folders) {
      const name = folder.uri.toString();
      if (!this.servers.has(name)) {
        this.servers.set(name, new FolderServer(folder, this));
      }
    }
    await Promise.all([
      ...gone.map(([, server]) => server.stop()),
      ...[...this.servers.values()].map((server) => server.refresh()),
    ]);
    this.changed();
  }

  private async restart(): Promise<void> {
    this.hasSaidMissing = false;
    await Promise.all([...this.servers.values()].map((server) => server.restart()));
  }

  /** Look for the program again when another interpreter is selected. */
  private async followPython(): Promise<void> {
    if (vscode.workspace.isTrusted) {
      const api = await pythonApi();
      if (api !== undefined) {
        this.context.subscriptions.push(
          api.environments.onDidChangeActiveEnvironmentPath(() => this.refresh()),
        );
      }
    }
  }

  private serverOf(uri: vscode.Uri | undefined): FolderServer | undefined {
    const [first] = this.servers.values();
    if (uri === undefined) {
      return this.servers.size === 1 ? first : undefined;
    }
    return [...this.servers.values()].find((server) => isWithin(uri, server.folder.uri));
  }

  private activeServer(): FolderServer {
    const [first] = this.servers.values();
    const server = this.serverOf(vscode.window.activeTextEditor?.document.uri) ?? first;
    if (server === undefined) {
      throw new Error("no folder is open.");
    }
    return server;
  }

  private runningClient(uri: vscode.Uri): LanguageClient {
    const server = this.serverOf(uri);
    if (server?.client === undefined || server.state !== "running") {
      throw new Error(server?.problem || "the server does not run for this file.");
    }
    return server.client;
  }

  private async fixAll(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !LANGUAGES.includes(document.languageId)) {
      throw new Error("open a YAML or JSON file first.");
    }
    if ((await fixAll(this.runningClient(document.uri), document)) === 0) {
      vscode.window.setStatusBarMessage("dispatch-lint: nothing that can be fixed safely", 5000);
    }
  }

  private showReferences(uri: vscode.Uri, position: Position): Promise<void> {
    return showReferences(this.runningClient(uri), uri, position);
  }
}

/** The folders that lie in no other: a file has one server. */
function outermost(folders: readonly vscode.WorkspaceFolder[]): vscode.WorkspaceFolder[] {
  return folders.filter(
    (folder) =>
      folder.uri.scheme === "file" &&
      !folders.some((other) => other !== folder && isWithin(folder.uri, other.uri)),
  );
}

function isWithin(uri: vscode.Uri, folder: vscode.Uri): boolean {
  return uri.scheme === folder.scheme && isInside(uri.fsPath, folder.fsPath);
}

let extension: Extension | undefined;

export function activate(context: vscode.ExtensionContext): void {
  extension = new Extension(context);
  extension.start();
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
  extension = undefined;
}
