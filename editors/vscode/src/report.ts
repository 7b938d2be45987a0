// Shows the HTML report of a folder.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import type { FolderServer } from "./folder";

const MINUTES = 10;

/** Check a folder as the command line does, and show the report beside the editor. */
export async function showReport(server: FolderServer): Promise<void> {
  const program = server.program;
  if (program === undefined) {
    throw new Error(server.problem || "dispatch-lint does not run for this folder.");
  }
  const html = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `dispatch-lint: checking "${server.folder.name}"`,
      cancellable: true,
    },
    (_, token) => report(program, server.folder.uri.fsPath, token),
  );
  if (html === undefined) {
    return;
  }
  const panel = vscode.window.createWebviewPanel(
    "dispatch-lint.report",
    `Report: ${server.folder.name}`,
    vscode.ViewColumn.Beside,
    { enableScripts: true, enableFindWidget: true, localResourceRoots: [] },
  );
  panel.webview.html = html;
}

/** The report of a folder as HTML; undefined where the user cancelled it. */
async function report(
  program: string,
  cwd: string,
  token: vscode.CancellationToken,
): Promise<string | undefined> {
  const directory = await mkdtemp(path.join(tmpdir(), "dispatch-lint-"));
  const file = path.join(directory, "report.html");
  const trust = vscode.workspace.isTrusted ? ["--trust"] : [];
  try {
    await new Promise<void>((resolve, reject) => {
      const check = execFile(
        program,
        ["check", "--format", "html", "--output", file, "--exit-zero", ...trust],
        { cwd, timeout: MINUTES * 60_000 },
        (error, _, stderr) =>
          error === null || token.isCancellationRequested
            ? resolve()
            : reject(new Error(stderr.trim() || error.message)),
      );
      token.onCancellationRequested(() => check.kill());
    });
    return token.isCancellationRequested ? undefined : await readFile(file, "utf8");
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
