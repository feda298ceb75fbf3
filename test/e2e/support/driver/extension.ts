import { mkdirSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { registerChatParticipant, registerFakeModel } from './fakeChat.ts';
import { watchActivation } from './watchActivation.ts';
import type { DriverHost, Evaluation, EvaluationResult } from './wire.ts';

/**
 * A test-only extension beside the product's: it evaluates what the tests send over a Unix socket, one JSON object a
 * line, in the extension host. The socket is `<pid>.sock` in the folder that E2E_DRIVER_DIR names.
 */
export function activate(context: vscode.ExtensionContext): void {
  watchActivation();
  context.subscriptions.push(
    vscode.commands.registerCommand('e2eDriver.ping', () => vscode.window.showInformationMessage('pong')),
    registerFakeModel(),
    registerChatParticipant(),
  );
  const folder = process.env.E2E_DRIVER_DIR;
  if (!folder) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const server = createServer((socket) => serve(socket, { context, require })).listen(
    join(folder, `${process.pid}.sock`),
  );
  context.subscriptions.push({ dispose: () => server.close() });
}

function serve(socket: Socket, host: DriverHost): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const evaluation = JSON.parse(line) as Evaluation;
      void evaluate(evaluation, host).then((result) => socket.write(`${JSON.stringify(result)}\n`));
    }
  });
}

async function evaluate({ id, code, args }: Evaluation, host: DriverHost): Promise<EvaluationResult> {
  try {
    // The indirection is the whole purpose of this extension: only tests install it, and only they reach its socket.
    const run = new Function('vscode', 'args', 'host', `return (${code})(vscode, args, host)`);
    const value: unknown = await run(vscode, args, host);
    JSON.stringify(value);
    return { id, ok: true, value };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { id, ok: false, error: text };
  }
}
