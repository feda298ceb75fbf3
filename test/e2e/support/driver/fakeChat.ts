import * as vscode from 'vscode';

/** `CALL <end of a tool's name> <JSON arguments to the end of the line>` anywhere in a prompt. */
const CALL = /CALL ([\w-]+) (\{.*\})/;

/**
 * A language model that does as it is told: a prompt with CALL makes it call that tool and then repeat the result after
 * `RESULT: `; any other prompt is answered with `HELLO, tools: <names>`.
 */
export function registerFakeModel(): vscode.Disposable {
  return vscode.lm.registerLanguageModelChatProvider('e2e', {
    provideLanguageModelChatInformation: () => [
      {
        id: 'fake-1',
        name: 'Fake One',
        family: 'fake',
        version: '1',
        maxInputTokens: 100_000,
        maxOutputTokens: 4_000,
        // Not yet in the types: without them the chat of 1.105 has no current model, and then waits for one for ever.
        ...{ isUserSelectable: true, isDefault: true },
        capabilities: { toolCalling: true, imageInput: false },
      },
    ],
    provideLanguageModelChatResponse: async (_model, messages, options, progress) => {
      const last = messages.at(-1)?.content ?? [];
      const result = last.find((part) => part instanceof vscode.LanguageModelToolResultPart);
      const tools = (options.tools ?? []).map((tool) => tool.name);
      progress.report(
        result ? new vscode.LanguageModelTextPart(`RESULT: ${textOf(result.content)}`) : reply(last, tools),
      );
    },
    provideTokenCount: async () => 10,
  });
}

function reply(
  content: readonly unknown[],
  tools: readonly string[],
): vscode.LanguageModelTextPart | vscode.LanguageModelToolCallPart {
  const [, suffix = '', args = ''] = CALL.exec(textOf(content)) ?? [];
  if (!suffix) return new vscode.LanguageModelTextPart(`HELLO, tools: ${tools.join(', ')}`);
  const name = tools.find((tool) => tool.endsWith(suffix));
  return name
    ? new vscode.LanguageModelToolCallPart(`call-${Date.now()}`, name, JSON.parse(args) as object)
    : new vscode.LanguageModelTextPart(`NO SUCH TOOL: ${suffix}`);
}

/** `@e2e CALL <end of a tool's name> {…}` in the chat invokes that tool with the chat's own token, as an agent would. */
export function registerChatParticipant(): vscode.Disposable {
  return vscode.chat.createChatParticipant('e2e.participant', async (request, _context, stream, token) => {
    const [, suffix = '', args = ''] = CALL.exec(request.prompt) ?? [];
    const tool = vscode.lm.tools.find(({ name }) => suffix && name.endsWith(suffix));
    if (!tool) {
      stream.markdown(suffix ? `NO SUCH TOOL: ${suffix}` : 'HELLO');
      return;
    }
    try {
      const { content } = await vscode.lm.invokeTool(
        tool.name,
        { input: JSON.parse(args) as object, toolInvocationToken: request.toolInvocationToken },
        token,
      );
      stream.markdown(`RESULT: ${textOf(content)}`);
    } catch (error) {
      stream.markdown(`TOOL ERROR: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

function textOf(content: readonly unknown[]): string {
  return content
    .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''))
    .filter((text) => text)
    .join('\n');
}
