// Finds the program `dispatch-lint` of a folder.
import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { isInside } from "./inside";

const IS_WINDOWS = process.platform === "win32";
const NAMES = IS_WINDOWS ? ["dispatch-lint.exe"] : ["dispatch-lint"];
const SCRIPTS = IS_WINDOWS ? "Scripts" : "bin";

/** A program, or why there is none. */
export type Found =
  | { program: string; from: string; version: string }
  | { problem: string };

/** What is used of the Python extension's interface. */
interface PythonApi {
  environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(
      path: unknown,
    ): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** The interface of the Python extension; undefined where it is not installed or does not start. */
export async function pythonApi(): Promise<PythonApi | undefined> {
  try {
    const api = await vscode.extensions
      .getExtension<PythonApi>("ms-python.python")
      ?.activate();
    return api?.environments === undefined ? undefined : api;
  } catch {
    return undefined; // the Python extension says itself what is wrong with it
  }
}

/**
 * The program of a folder: the setting `path`, the environment of the Python extension, `.venv` of
 * the folder, the `PATH`. In an untrusted workspace nothing of the workspace is run: only the user's
 * own setting and folders of the `PATH` outside the workspace count.
 */
export async function findProgram(
  folder: vscode.WorkspaceFolder,
): Promise<Found> {
  const root = folder.uri.fsPath;
  const isTrusted = vscode.workspace.isTrusted;
  const setting = vscode.workspace
    .getConfiguration("dispatch-lint", folder.uri)
    .inspect<string>("path");
  const chosen = isTrusted
    ? (setting?.workspaceFolderValue ||
      setting?.workspaceValue ||
      setting?.globalValue)
    : setting?.globalValue;
  if (chosen) {
    if (!isTrusted && !path.isAbsolute(expanded(chosen, ""))) {
      return {
        problem: `The setting dispatch-lint.path ("${chosen}") is relative to the workspace, which is not trusted.`,
      };
    }
    const program = path.resolve(root, expanded(chosen, root));
    return (
      (await runnable(program, "the setting dispatch-lint.path")) ?? {
        problem: `The setting dispatch-lint.path names ${program}, which is no program that can be run.`,
      }
    );
  }
  for (const [directory, from] of await directories(root, folder.uri, isTrusted)) {
    for (const name of NAMES) {
      const found = await runnable(path.join(directory, name), from);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return {
    problem: `dispatch-lint was not found for the folder "${folder.name}".`,
  };
}

/** The folders where programs may be, each with what it is called, in the order of the search. */
async function directories(
  root: string,
  uri: vscode.Uri,
  isTrusted: boolean,
): Promise<[string, string][]> {
  const found: [string, string][] = [];
  if (isTrusted) {
    const interpreter = await interpreterOf(uri);
    if (interpreter !== undefined) {
      found.push([path.dirname(interpreter), "the Python environment"]);
    }
    found.push([path.join(root, ".venv", SCRIPTS), "the folder's .venv"]);
  }
  const inside = await Promise.all(
    (vscode.workspace.workspaceFolders ?? []).map((folder) => resolved(folder.uri.fsPath)),
  );
  for (const directory of (process.env["PATH"] ?? "").split(path.delimiter)) {
    if (!path.isAbsolute(directory)) {
      continue; // `.` on the PATH would be the workspace
    }
    const real = await resolved(directory);
    if (isTrusted || !inside.some((folder) => isInside(real, folder))) {
      found.push([directory, "the PATH"]);
    }
  }
  return found;
}

async function interpreterOf(uri: vscode.Uri): Promise<string | undefined> {
  const api = await pythonApi();
  if (api === undefined) {
    return undefined;
  }
  const environment = await api.environments.resolveEnvironment(
    api.environments.getActiveEnvironmentPath(uri),
  );
  return environment?.executable.uri?.fsPath;
}

/** A setting with the user's home, or the folder, in place of its start. */
function expanded(setting: string, root: string): string {
  if (setting.startsWith("~/") || setting.startsWith("~\\")) {
    return path.join(homedir(), setting.slice(2));
  }
  return setting.replace(/^\$\{workspaceFolder\}(?=[/\\])/, root || ".");
}

/** A program with its version: a change of the file behind it, as by an upgrade, changes it. */
async function runnable(program: string, from: string): Promise<Found | undefined> {
  try {
    await access(program, IS_WINDOWS ? constants.F_OK : constants.X_OK);
    const file = await stat(program);
    return file.isFile()
      ? { program, from, version: `${file.ino}:${file.size}:${file.mtimeMs}` }
      : undefined;
  } catch {
    return undefined;
  }
}

async function resolved(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    return path.resolve(file);
  }
}
