/** Runs in the extension host: every command of VS Code whose name says that it accepts something. */
export async function acceptAll(vscode: typeof import('vscode')): Promise<number> {
  const all = await vscode.commands.getCommands(true);
  const accepting = all.filter(
    (id) =>
      /accept|confirm|approve|allow|\.select$|selectAndPreserveFocus|submit/i.test(id) && !id.startsWith('valetKey.'),
  );
  const known = [
    'notification.acceptPrimaryAction',
    'quickInput.accept',
    'quickInput.acceptInBackground',
    'workbench.action.acceptSelectedQuickOpenItem',
    'list.select',
    'list.expand',
    'list.toggleSelection',
    'workbench.action.quickOpenSelectNext',
  ];
  for (const id of new Set([...known, ...accepting])) {
    void vscode.commands.executeCommand(id).then(undefined, () => undefined);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  return accepting.length;
}
