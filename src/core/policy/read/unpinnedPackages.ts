import type { Located } from '../../checkup/model/checkupModel.ts';
import { packagesOf } from '../../packages/launches.ts';
import type { Span } from '../../text/span.ts';

/** A package that a command line fetches without naming its exact version. */
export interface UnpinnedPackage {
  readonly name: string;
  /** The argument that names it; absent when that is the command itself. */
  readonly at?: Span;
  /** How it would be pinned. */
  readonly example: string;
}

/** What the checkup's ninth check says of MCP configurations, for a server of a policy file. */
export function unpinnedPackages(
  command: string,
  args: readonly { readonly value: string; readonly at: Span }[],
): readonly UnpinnedPackage[] {
  const nowhere: Span = { start: 0, end: 0 };
  const located: Located[] = args.map(({ value, at }, index) => ({ value, pointer: `/args/${index}`, span: at }));
  const packages = packagesOf({
    name: '',
    pointer: '',
    span: nowhere,
    nameSpan: nowhere,
    transport: 'stdio',
    command: { value: command, pointer: '/command', span: nowhere },
    args: located,
    env: [],
    headers: [],
    disabled: false,
    others: [],
    settings: {},
  });
  return packages
    .filter(({ pinned, looseness, perhapsLocal }) => !pinned && looseness !== undefined && perhapsLocal !== true)
    .map(({ name, spec, withVersion }) => ({
      name,
      ...(spec.at.span === nowhere ? {} : { at: spec.at.span }),
      example: withVersion('1.2.3'),
    }));
}
