// The status item: what the server of the active file's folder does, and what it found.
import * as vscode from "vscode";
import { SOURCE } from "./client";
import type { FolderServer } from "./folder";
import { isInside } from "./inside";

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    "dispatch-lint.status",
    vscode.StatusBarAlignment.Left,
  );

  constructor() {
    this.item.name = "dispatch-lint";
  }

  /** Show a server; undefined hides the item. */
  show(server: FolderServer | undefined): void {
    if (server === undefined || server.state === "off") {
      this.item.hide();
      return;
    }
    const [icon, text, tooltip, command] = describe(server);
    this.item.text = `$(${icon}) dispatch-lint${text}`;
    this.item.tooltip = tooltip;
    this.item.command = command;
    this.item.accessibilityInformation = { label: `dispatch-lint: ${tooltip}` };
    this.item.backgroundColor =
      server.state === "missing" || server.state === "failed"
        ? new vscode.ThemeColor("statusBarItem.errorBackground")
        : undefined;
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** The icon, text, tooltip and command for a server. */
function describe(server: FolderServer): [string, string, string, string] {
  if (server.state === "missing") {
    return ["error", "", server.problem, "dispatch-lint.restart"];
  }
  if (server.state === "failed") {
    return ["error", "", server.problem, "dispatch-lint.showLog"];
  }
  const isUntrusted = !vscode.workspace.isTrusted;
  const [suffix, command] = isUntrusted
    ? [" $(shield) untrusted", "dispatch-lint.trust"]
    : ["", "dispatch-lint.showReport"];
  if (server.isChecking) {
    return ["sync~spin", suffix, `Checking "${server.folder.name}".`, command];
  }
  const number = violations(server.folder);
  const found = number === 1 ? "1 violation" : `${number} violations`;
  const tooltip =
    `${found} in the open files of "${server.folder.name}".` +
    (isUntrusted
      ? " The workspace is not trusted: it is checked without what its settings ask for."
      : "");
  return [number === 0 ? "check" : "warning", `${number === 0 ? "" : ` ${number}`}${suffix}`, tooltip, command];
}

/** How many violations are shown for the files of a folder. */
function violations(folder: vscode.WorkspaceFolder): number {
  let number = 0;
  for (const [uri, diagnostics] of vscode.languages.getDiagnostics()) {
    if (uri.scheme === folder.uri.scheme && isInside(uri.fsPath, folder.uri.fsPath)) {
      number += diagnostics.filter((diagnostic) => diagnostic.source === SOURCE).length;
    }
  }
  return number;
}
