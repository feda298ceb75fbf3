import type { ConfigNode } from '../read/configNode.ts';
import { childOf } from '../read/configNode.ts';
import type { ReferenceForm } from './clientReferences.ts';
import { type ConfigChange, type ConfigPath, nodeAt } from './configChange.ts';

/** A secret that leaves for a variable which another key of its server names. */
export interface KeyReference {
  /** The text that goes. */
  readonly path: ConfigPath;
  readonly server: ConfigPath;
  readonly form: Extract<ReferenceForm, { readonly kind: 'key' }>;
  readonly variable: string;
}

/** What becomes of servers whose client has keys of its own for variables: values go, and the variables are named. */
export function keyReferenceChanges(
  root: ConfigNode | undefined,
  references: readonly KeyReference[],
): readonly ConfigChange[] {
  const servers = new Map(references.map(({ server }) => [server.join('/'), server]));
  return [
    ...references.map(({ path }): ConfigChange => ({ kind: 'remove', path })),
    ...[...servers].flatMap(([key, server]) =>
      namedIn(
        root,
        server,
        references.filter((one) => one.server.join('/') === key),
      ),
    ),
  ];
}

function namedIn(
  root: ConfigNode | undefined,
  server: ConfigPath,
  references: readonly KeyReference[],
): readonly ConfigChange[] {
  const node = nodeAt(root, server);
  const of = (key: KeyReference['form']['key']): readonly KeyReference[] =>
    references.filter(({ form }) => form.key === key);
  const pathTo = (name: string): ConfigPath | undefined => {
    const at = node?.kind === 'map' ? node.entries.findLastIndex((entry) => entry.name === name) : -1;
    return at === -1 ? undefined : [...server, at];
  };
  const [bearer] = of('bearer_token_env_var');
  const headers = of('env_http_headers').map(({ form, variable }) => [form.name, variable] as const);
  const present = childOf(node, 'env_vars');
  const passed = present?.kind === 'list' ? present.items.map((item) => (item.kind === 'text' ? item.value : '')) : [];
  const variables = [...new Set(of('env_vars').map(({ variable }) => variable))].filter((one) => !passed.includes(one));
  const map = pathTo('env_http_headers');
  const list = pathTo('env_vars');
  return [
    ...(bearer ? [entry(server, 'bearer_token_env_var', bearer.variable)] : []),
    ...(headers.length === 0
      ? []
      : map
        ? headers.map(([name, variable]) => entry(map, name, variable))
        : [entry(server, 'env_http_headers', Object.fromEntries(headers))]),
    ...(variables.length === 0
      ? []
      : list
        ? [{ kind: 'items', path: list, values: variables } as const]
        : [entry(server, 'env_vars', variables)]),
  ];
}

function entry(path: ConfigPath, name: string, value: unknown): ConfigChange {
  return { kind: 'entry', path, name, value };
}
