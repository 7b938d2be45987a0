// The messages of the protocol, in the log.
import * as vscode from "vscode";
import { Trace } from "vscode-languageclient/node";

/** A channel with the messages of the protocol, which the setting `trace` switches on. */
export interface TraceChannel extends vscode.LogOutputChannel {
  /** The setting may have changed. */
  refresh(): void;
}

/**
 * The language client traces where the level of its channel is `Trace`, and writes at that level.
 * Users should not have to lower the level of the whole log for it: the setting decides.
 */
export function traceOf(channel: vscode.LogOutputChannel): TraceChannel {
  const emitter = new vscode.EventEmitter<vscode.LogLevel>();
  const level = () => {
    const trace = vscode.workspace.getConfiguration("dispatch-lint").get("trace.server", "off");
    return Trace.fromString(trace) === Trace.Off ? vscode.LogLevel.Info : vscode.LogLevel.Trace;
  };
  const changed: Partial<TraceChannel> = {
    trace: (message: string) => channel.info(message),
    onDidChangeLogLevel: emitter.event,
    refresh: () => emitter.fire(level()),
  };
  return new Proxy(channel, {
    get(_, name) {
      if (name === "logLevel") {
        return level();
      }
      const value = Reflect.get(name in changed ? changed : channel, name);
      return typeof value === "function" ? value.bind(channel) : value;
    },
  }) as TraceChannel;
}
