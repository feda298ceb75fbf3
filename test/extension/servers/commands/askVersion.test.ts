import { expect, test } from 'vitest';
import { askVersion } from '../../../../src/extension/servers/commands/askVersion.ts';
import { single } from '../../../../src/extension/ui/steps.ts';
import { CLOSE } from '../../support/fakeEditor.ts';
import { useEditor } from '../../support/useEditor.ts';

const editor = useEditor();

test.each([
  ['npm', '@acme/never-ran-here', 'npm view @acme/never-ran-here version'],
  ['pypi', 'acme-server', 'pip index versions acme-server'],
  ['docker', 'ghcr.io/acme/server', 'docker image ls --digests ghcr.io/acme/server'],
  ['git', 'git+https://git.example.com/a/b', 'git ls-remote --tags https://git.example.com/a/b'],
  // What a shell could take for more than a name is in no command that people copy.
  ['npm', 'server; curl x', undefined],
  ['npm', '--registry=x', undefined],
  ['pypi', '$(id)', undefined],
  ['git', 'git+https://••••@git.example.com/a/b', undefined],
  ['git', 'git+file:///srv/a', undefined],
  ['deno', '@acme/server', undefined],
] as const)(
  'for a package of %s that never ran here, %s, the question says how its versions are found',
  async (ecosystem, packageName, command) => {
    editor.will(CLOSE);
    await askVersion(single('Wrap'), { packageName, ecosystem });
    const [asked] = editor.shown;
    expect(asked?.text).toMatch(/^Which version of .*Choose one that you trust\./);
    expect(asked?.text.split('run in a terminal: ')[1]).toBe(command);
  },
);
