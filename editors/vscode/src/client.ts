// The connection to one server.
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  MessageType,
  RevealOutputChannelOn,
  ShowMessageRequest,
  type ServerOptions,
} from "vscode-languageclient/node";
import { SHOW_REFERENCES } from "./references";

export const SOURCE = "dispatch-lint";
/** Files whose changes the server is told of: documents, definitions and settings. */
export const FILES = "**/{*.yaml,*.yml,*.json,*.jsonl,*.toml,*.go,.gitignore}";
export const LANGUAGES = ["yaml", "json", "jsonc", "jsonl"];

/** The action by which the server asks for trust: "Trust this workspace". */
const TRUST = /^trust\b/i;

/** What a client tells of its server. */
export interface Listener {
  /** The connection ended although nobody asked for it. */
  closed(): void;
  /** The server has work to do for a document. */
  checking(uri: vscode.Uri): void;
  /** The server has told what is wrong with a document. */
  checked(uri: vscode.Uri): void;
}

/** A client without popups of its own: whoever starts it says in one message what went wrong. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** A client of one folder: it sends the documents of that folder to a server. */
export function makeClient(
  folder: vscode.WorkspaceFolder,
  server: ServerOptions,
  channel: vscode.LogOutputChannel,
  trace: vscode.LogOutputChannel,
  files: vscode.FileSystemWatcher,
  listener: Listener,
): LanguageClient {
  const client = new QuietClient(
    SOURCE, // the settings `dispatch-lint.trace` are found by it
    `dispatch-lint (${folder.name})`,
    server,
    {
      workspaceFolder: folder,
      documentSelector: LANGUAGES.map((language) => ({
        scheme: "file",
        language,
        pattern: { baseUri: folder.uri.toString(), pattern: "**/*" },
      })),
      synchronize: { fileEvents: files },
      // The server does not ask for what the user has granted in the editor.
      initializationOptions: {
        trust: vscode.workspace.isTrusted,
        showReferencesCommand: SHOW_REFERENCES,
      },
      initializationFailedHandler: () => false,
      outputChannel: channel,
      traceOutputChannel: trace,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      diagnosticCollectionName: SOURCE,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          listener.closed();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      middleware: {
        didOpen: (document, next) => {
          listener.checking(document.uri);
          return next(document);
        },
        didChange: (event, next) => {
          listener.checking(event.document.uri);
          return next(event);
        },
        didClose: (document, next) => {
          listener.checked(document.uri);
          return next(document);
        },
        handleDiagnostics: (uri, diagnostics, next) => {
          next(uri, diagnostics);
          listener.checked(uri);
        },
        provideDiagnostics: async (document, previous, token, next) => {
          const uri = document instanceof vscode.Uri ? document : document.uri;
          try {
            return await next(document, previous, token);
          } finally {
            listener.checked(uri);
          }
        },
      },
    },
  );
  client.onRequest(ShowMessageRequest.type, async (params) => {
    const show =
      params.type === MessageType.Error
        ? vscode.window.showErrorMessage
        : params.type === MessageType.Warning
          ? vscode.window.showWarningMessage
          : vscode.window.showInformationMessage;
    const chosen = await show(params.message, ...(params.actions ?? []));
    if (chosen !== undefined && TRUST.test(chosen.title)) {
      // The editor remembers trust, and starts the server anew: it need not remember it too.
      await vscode.commands.executeCommand("workbench.trust.manage");
      return null;
    }
    return chosen ?? null;
  });
  return client;
}
