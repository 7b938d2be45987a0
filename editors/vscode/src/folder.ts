// The server of one folder: it is started, restarted when it ends, and given up.
import { spawn } from "node:child_process";
import * as vscode from "vscode";
import { State, type LanguageClient } from "vscode-languageclient/node";
import { FILES, makeClient, type Listener } from "./client";
import { findProgram, type Found } from "./program";

/** A server that ends more often than this within the time is given up. */
const MAX_CRASHES = 4;
const CRASH_MINUTES = 3;
/** How long a document counts as being checked where the server does not answer, in milliseconds. */
const PATIENCE = 10_000;
/** How long a server that did not start may take to end and to say why, in milliseconds. */
const LAST_WORDS = 2_000;
const STDERR_CHARACTERS = 10_000;

export type FolderState =
  | "off"
  | "starting"
  | "running"
  | "missing"
  | "failed";

/** What the servers of all folders share. */
export interface Shared {
  channel: vscode.LogOutputChannel;
  trace: vscode.LogOutputChannel;
  /** Something that the status shows has changed. */
  changed(): void;
  /** There is no program for a folder. */
  missing(problem: string): void;
}

export class FolderServer implements Listener {
  state: FolderState = "off";
  /** What is wrong, where the state is `missing` or `failed`. */
  problem = "";
  client: LanguageClient | undefined;
  program: string | undefined;

  private found: Found | undefined;
  private readonly pending = new Map<string, NodeJS.Timeout>();
  private crashes: number[] = [];
  private stderr = "";
  /** What ended the process, when it has ended and its output is read. */
  private ended: Promise<string> = Promise.resolve("");
  private work: Promise<void> = Promise.resolve();
  private isDisposed = false;
  private readonly files: vscode.FileSystemWatcher;

  constructor(
    readonly folder: vscode.WorkspaceFolder,
    private readonly shared: Shared,
  ) {
    this.files = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder, FILES),
    );
  }

  /** Whether a document is being checked. */
  get isChecking(): boolean {
    return this.state === "starting" || this.pending.size > 0;
  }

  /** Start it, unless it is switched off; where it runs already, only if the program has changed. */
  refresh(): Promise<void> {
    return this.serially(async () => {
      const isEnabled = vscode.workspace
        .getConfiguration("dispatch-lint", this.folder.uri)
        .get("enable", true);
      if (!isEnabled) {
        await this.end();
        this.become("off");
        return;
      }
      const found = await findProgram(this.folder);
      const isSame = JSON.stringify(found) === JSON.stringify(this.found);
      if (isSame && this.state !== "off") {
        return;
      }
      this.crashes = [];
      await this.end();
      await this.begin(found);
    });
  }

  /** Start it anew, and forget that it ended before. */
  restart(): Promise<void> {
    this.found = undefined;
    return this.refresh();
  }

  stop(): Promise<void> {
    this.isDisposed = true;
    this.files.dispose();
    return this.serially(() => this.end());
  }

  // What the client tells

  closed(): void {
    if (this.state !== "running") {
      return; // it never ran: `begin` says so
    }
    const now = Date.now();
    this.crashes = [...this.crashes, now].filter(
      (time) => now - time < CRASH_MINUTES * 60_000,
    );
    this.forgetPending();
    if (this.crashes.length > MAX_CRASHES) {
      this.giveUp(
        `The server of "${this.folder.name}" ended ${this.crashes.length} times within ${CRASH_MINUTES} minutes; it is not started again.`,
      );
      return;
    }
    this.shared.channel.warn(`The server of "${this.folder.name}" ended; it is started again.`);
    this.become("starting");
    void this.serially(async () => {
      if (this.state !== "starting") {
        return; // meanwhile it was switched off, or started anew
      }
      this.client = undefined;
      await this.begin(await findProgram(this.folder));
    });
  }

  checking(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.pending.get(key));
    this.pending.set(
      key,
      setTimeout(() => this.checked(uri), PATIENCE),
    );
    this.shared.changed();
  }

  checked(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.pending.get(key));
    this.pending.delete(key);
    this.shared.changed();
  }

  // How it begins and ends

  private async begin(found: Found): Promise<void> {
    if (this.isDisposed) {
      return;
    }
    this.found = found;
    if ("problem" in found) {
      this.program = undefined;
      this.become("missing", found.problem);
      this.shared.missing(found.problem);
      return;
    }
    this.program = found.program;
    this.become("starting");
    this.shared.channel.info(`"${this.folder.name}": ${found.program} lsp (from ${found.from})`);
    const client = makeClient(
      this.folder,
      () => this.spawn(found.program),
      this.shared.channel,
      this.shared.trace,
      this.files,
      this,
    );
    this.client = client;
    try {
      await client.start();
      this.become("running");
    } catch (error) {
      this.client = undefined;
      const reason = await this.lastWords(String(error instanceof Error ? error.message : error));
      this.giveUp(`The server of "${this.folder.name}" (${found.program}) did not start: ${reason}`);
    }
  }

  private async spawn(program: string) {
    this.stderr = "";
    const server = spawn(program, ["lsp", "--stdio"], {
      cwd: this.folder.uri.fsPath,
      shell: false,
    });
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_CHARACTERS);
    });
    this.ended = new Promise((resolve) => {
      server.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    server.stdin.on("error", () => undefined); // the end of the process says it
    await new Promise<void>((resolve, reject) => {
      server.once("spawn", resolve);
      server.once("error", reject);
    });
    return server;
  }

  /**
   * Why the server did not start. A program that ends at once closes its pipes before its output is read
   * here: what fails first may be the writing to it ("write EPIPE"), which tells nobody anything.
   */
  private async lastWords(error: string): Promise<string> {
    let patience: NodeJS.Timeout | undefined;
    const how = await Promise.race([
      this.ended,
      new Promise<undefined>((resolve) => {
        patience = setTimeout(() => resolve(undefined), LAST_WORDS);
      }),
    ]);
    clearTimeout(patience);
    const said = this.stderr.split(/\r?\n/).filter((line) => line.trim() !== "").at(-1);
    return said ?? (how ? `it ended with ${how}` : error);
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.found = undefined;
    this.forgetPending();
    if (client === undefined || client.state === State.Stopped) {
      return;
    }
    this.state = "off"; // that the connection closes is no crash now
    try {
      await client.dispose();
    } catch (error) {
      this.shared.channel.warn(`The server of "${this.folder.name}" did not end by itself: ${error}`);
    }
  }

  private giveUp(problem: string): void {
    this.become("failed", problem);
    this.shared.channel.error(problem);
    void vscode.window
      .showErrorMessage(`dispatch-lint: ${problem}`, "Show the Log", "Restart")
      .then((answer) => {
        if (answer === "Restart") {
          void this.restart();
        } else if (answer !== undefined) {
          this.shared.channel.show();
        }
      });
  }

  private become(state: FolderState, problem = ""): void {
    this.state = state;
    this.problem = problem;
    this.shared.changed();
  }

  private forgetPending(): void {
    for (const timeout of this.pending.values()) {
      clearTimeout(timeout);
    }
    this.pending.clear();
  }

  /** One start or end after the other. */
  private serially(step: () => Promise<void>): Promise<void> {
    this.work = this.work.then(step, step);
    return this.work;
  }
}
