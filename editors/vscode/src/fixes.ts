// Applies all safe fixes of a document.
import * as vscode from "vscode";
import { CodeActionRequest, type CodeAction, type LanguageClient, type TextEdit } from "vscode-languageclient/node";

const FIX_ALL = "source.fixAll.dispatch-lint";
/** Fixes that overlap others are left for the next round. */
const MAX_ROUNDS = 10;

/** Apply all safe fixes of a document; the number of the edits that were made. */
export async function fixAll(
  client: LanguageClient,
  document: vscode.TextDocument,
): Promise<number> {
  let made = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const edits = await safeEdits(client, document);
    if (edits.length === 0) {
      break;
    }
    const change = new vscode.WorkspaceEdit();
    change.set(document.uri, edits);
    if (!(await vscode.workspace.applyEdit(change))) {
      throw new Error(`${document.fileName} cannot be changed.`);
    }
    made += edits.length;
  }
  return made;
}

/** Safe edits that do not overlap, of the document as it is now. */
async function safeEdits(
  client: LanguageClient,
  document: vscode.TextDocument,
): Promise<vscode.TextEdit[]> {
  const uri = document.uri.toString();
  const provider = client.initializeResult?.capabilities.codeActionProvider;
  const kinds = (typeof provider === "object" && provider.codeActionKinds) || [];
  // Servers before 0.2 have no action for all fixes, but say which single ones are safe.
  const actions = kinds.includes(FIX_ALL)
    ? await ask(client, document, FIX_ALL)
    : (await ask(client, document, "quickfix")).filter((action) => action.isPreferred);
  const chosen: vscode.TextEdit[] = [];
  for (const action of actions) {
    const edits = (await client.protocol2CodeConverter.asTextEdits(textEdits(action, uri))) ?? [];
    if (!edits.some((edit) => chosen.some((other) => overlap(edit.range, other.range)))) {
      chosen.push(...edits);
    }
  }
  return chosen;
}

async function ask(client: LanguageClient, document: vscode.TextDocument, kind: string): Promise<CodeAction[]> {
  const range = new vscode.Range(0, 0, document.lineCount, 0);
  const found = await client.sendRequest(CodeActionRequest.type, {
    textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(document),
    range: client.code2ProtocolConverter.asRange(range),
    context: { diagnostics: [], only: [kind] },
  });
  return (found ?? []).filter((action): action is CodeAction => !("command" in action && typeof action.command === "string"));
}

/** The edits of a document, in either of the shapes that the protocol has. */
function textEdits(action: CodeAction, uri: string): TextEdit[] {
  const isSame = (other: string) => vscode.Uri.parse(other).toString() === uri;
  const found: TextEdit[] = [];
  for (const [other, edits] of Object.entries(action.edit?.changes ?? {})) {
    found.push(...(isSame(other) ? edits : []));
  }
  for (const change of action.edit?.documentChanges ?? []) {
    if ("textDocument" in change && isSame(change.textDocument.uri)) {
      found.push(...(change.edits as TextEdit[]));
    }
  }
  return found;
}

function overlap(one: vscode.Range, other: vscode.Range): boolean {
  const common = one.intersection(other);
  return common !== undefined && (!common.isEmpty || one.isEqual(other));
}
