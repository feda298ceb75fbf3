import type { ConfigFile } from '../model/checkupModel.ts';
import { type ConfigNode, childOf } from '../read/configNode.ts';
import { type ConfigChange, nodeAt, pathOfPointer } from './configChange.ts';

/** A value that VS Code asks for when a server starts first, and keeps encrypted. */
export interface PasswordInput {
  /** Referred to as `${input:ID}`. */
  readonly id: string;
  /** What the question says. */
  readonly description: string;
}

/**
 * The map whose `servers` a JSON Pointer is below, where VS Code looks for `inputs` beside them: the root, or what settings
 * have behind `mcp`. It finds none in dev container files, nor in what it keeps on a remote machine
 * (https://github.com/microsoft/vscode/issues/256546).
 */
export function inputsContainer(
  { path, format }: Pick<ConfigFile, 'path' | 'format'>,
  pointer: string,
): string | undefined {
  if (format !== 'jsonc') return undefined;
  if (/(?:^|[\\/])(?:\.devcontainer\.json|devcontainer\.json)$/.test(path)) return undefined;
  if (/[\\/](?:\.vscode-(?:server|remote)[\w-]*|code-server)[\\/]/.test(path)) return undefined;
  return /^(|\/mcp|\/settings\/mcp)\/servers\//.exec(pointer)?.[1];
}

/** What adds inputs to the map that `container` (a JSON Pointer) names: behind those that are there, or in a list of their own. */
export function addedInputs(
  root: ConfigNode | undefined,
  container: string,
  inputs: readonly PasswordInput[],
): readonly ConfigChange[] | undefined {
  const values = inputs.map(({ id, description }) => ({ type: 'promptString', id, description, password: true }));
  const map = pathOfPointer(root, container);
  const list = pathOfPointer(root, `${container}/inputs`);
  if (list) return nodeAt(root, list)?.kind === 'list' ? [{ kind: 'items', path: list, values }] : undefined;
  return map && [{ kind: 'entry', path: map, name: 'inputs', value: values }];
}

/** The ids that inputs of the same map have. */
export function inputIds(root: ConfigNode | undefined, container: string): ReadonlySet<string> {
  const map = container
    .split('/')
    .slice(1)
    .reduce((node, name) => childOf(node, name), root);
  const list = childOf(map, 'inputs');
  if (list?.kind !== 'list') return new Set();
  return new Set(
    list.items.flatMap((item) => {
      const id = childOf(item, 'id');
      return id?.kind === 'text' ? [id.value] : [];
    }),
  );
}
