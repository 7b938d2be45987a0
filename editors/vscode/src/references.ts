// Shows what a code lens counts: the references to an entity.
import * as vscode from "vscode";
import { ReferencesRequest, type LanguageClient, type Position } from "vscode-languageclient/node";

/** The command that the server puts into its code lenses; nobody calls it by hand. */
export const SHOW_REFERENCES = "dispatch-lint.showReferences";

/** Show the references to the entity at a position, as the server wrote it, beside that place. */
export async function showReferences(
  client: LanguageClient,
  uri: vscode.Uri,
  position: Position,
): Promise<void> {
  const found = await client.sendRequest(ReferencesRequest.type, {
    textDocument: { uri: client.code2ProtocolConverter.asUri(uri) },
    position,
    context: { includeDeclaration: false },
  });
  await vscode.commands.executeCommand(
    "editor.action.showReferences",
    uri,
    client.protocol2CodeConverter.asPosition(position),
    (await client.protocol2CodeConverter.asReferences(found)) ?? [],
  );
}
