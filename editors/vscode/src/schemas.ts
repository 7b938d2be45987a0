// Tells the YAML extension which files are manifests, and their JSON Schema.
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";

const SCHEME = "dispatch-lint";
/** The copy that `dispatch-lint init` writes, with the kinds of the project. */
const COPY = path.join(".vscode", "dispatch.schema.json");

interface Schema {
  properties?: { kind?: { enum?: string[] } };
}

/** What is used of the YAML extension's interface. */
interface YamlApi {
  registerContributor(
    scheme: string,
    requestSchema: (resource: string) => Promise<string | undefined>,
    requestSchemaContent: (uri: string) => Promise<string>,
  ): boolean;
}

/** Register with the YAML extension, where it is installed. */
export async function associateSchemas(
  context: vscode.ExtensionContext,
  channel: vscode.LogOutputChannel,
): Promise<void> {
  const builtin = context.asAbsolutePath(path.join("dist", "dispatch.schema.json"));
  try {
    const api = await vscode.extensions.getExtension<YamlApi>("redhat.vscode-yaml")?.activate();
    api?.registerContributor(
      SCHEME,
      async (resource) => {
        const uri = vscode.Uri.parse(resource);
        const open = vscode.workspace.textDocuments.find(
          (document) => document.uri.toString() === uri.toString(),
        );
        const folder = vscode.workspace.getWorkspaceFolder(uri);
        const schema: Schema = JSON.parse(await schemaOf(folder, builtin));
        return open !== undefined && isManifest(open.getText(), schema.properties?.kind?.enum ?? [])
          ? `${SCHEME}://schema/${encodeURIComponent(folder?.uri.toString() ?? "")}`
          : undefined;
      },
      (uri) => {
        const name = decodeURIComponent(vscode.Uri.parse(uri).path.slice(1));
        const folders = vscode.workspace.workspaceFolders ?? [];
        return schemaOf(folders.find((folder) => folder.uri.toString() === name), builtin);
      },
    );
  } catch (error) {
    channel.warn(`The YAML extension does not take our schema: ${error}`);
  }
}

/** The schema of a folder: the copy that lies there, else the one of Dispatch's own kinds. */
async function schemaOf(folder: vscode.WorkspaceFolder | undefined, builtin: string): Promise<string> {
  if (folder !== undefined) {
    try {
      const text = await readFile(path.join(folder.uri.fsPath, COPY), "utf8");
      JSON.parse(text);
      return text;
    } catch {
      // there is none, or none that can be read
    }
  }
  return readFile(builtin, "utf8");
}

/**
 * Whether all documents of a YAML text are manifests: they have a known kind at the top, and neither
 * what a Kubernetes object has nor the organization of a stored entity.
 */
export function isManifest(text: string, kinds: string[]): boolean {
  const documents = text
    .split(/^---(?=\s|$).*$/m)
    .filter((part) => part.split("\n").some((line) => /^[^#\s%]/.test(line) && !/^\.\.\.\s*$/.test(line)));
  return (
    documents.length > 0 &&
    documents.every((part) => {
      const kind = /^kind:[ \t]+["']?([A-Za-z]+)["']?[ \t]*(?:#.*)?\r?$/m.exec(part)?.[1];
      return kind !== undefined && kinds.includes(kind) && !/^(apiVersion|metadata|organizationId):/m.test(part);
    })
  );
}
