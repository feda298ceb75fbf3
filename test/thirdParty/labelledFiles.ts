import { publicData } from './publicData.ts';

interface Place {
  readonly check: number;
  readonly server: string;
  readonly pointer: string;
}

/** What is to be found in a configuration, what may be, and what must not. */
export interface Labels {
  readonly must: readonly Place[];
  readonly may: readonly Place[];
  readonly traps: readonly Place[];
}

/** A configuration of another project, with the fakes that stand for its secrets in it. */
export interface LabelledFile extends Labels {
  readonly name: string;
  readonly text: string;
}

/**
 * What stands in forms that no client was known to read when the labels were written: servers as a list, which VS Code's users write,
 * and a command as one, which is OpenCode's.
 */
const READ_SINCE: Readonly<Record<string, readonly Place[]>> = {
  'mutants/090-servers-is-a-list.json': [{ check: 9, server: '', pointer: '/mcpServers/0/args/0' }],
  'mutants/091-wrong-types.json': [{ check: 9, server: 'c', pointer: '/mcpServers/c/command/1' }],
};

/** The fakes by their names, whole. */
export function fakeSecrets(): ReadonlyMap<string, string> {
  const fakes = JSON.parse(publicData('mcp-configs/fakes.json')) as Record<
    string,
    { readonly parts: readonly string[] }
  >;
  return new Map(Object.entries(fakes).map(([id, { parts }]) => [id, parts.join('')]));
}

/** The configurations as real projects publish them, and mutants, labelled by reading. */
export function labelledFiles(): readonly LabelledFile[] {
  const { files } = JSON.parse(publicData('mcp-configs/labels.json')) as {
    readonly files: Readonly<Record<string, Labels>>;
  };
  const fakes = fakeSecrets();
  return Object.entries(files).map(([name, labels]) => ({
    ...labels,
    must: [...labels.must, ...(READ_SINCE[name] ?? [])],
    name,
    text: publicData(`mcp-configs/${name}`).replace(/@@FAKE:([^@]+)@@/g, (_, id: string) => fakes.get(id) ?? ''),
  }));
}
