import type { TextEdit } from '../../text/textEdit.ts';
import type { ConfigNode } from '../read/configNode.ts';
import { placeAt, skipTrivia } from './jsonPlace.ts';

/** A value that VS Code asks for when a server starts first, and keeps encrypted. */
export interface PasswordInput {
  /** Referred to as `${input:ID}`. */
  readonly id: string;
  /** What the question says. */
  readonly description: string;
}

/**
 * What adds inputs to the map that `container` (a JSON Pointer, empty for the root) names: behind those that are there,
 * or in a list of their own at its beginning. Undefined where there is no such map, or `inputs` is something else.
 *
 * https://code.visualstudio.com/docs/copilot/reference/mcp-configuration#_input-variables-for-sensitive-data
 */
export function addedInputs(
  text: string,
  root: ConfigNode | undefined,
  container: string,
  inputs: readonly PasswordInput[],
): readonly TextEdit[] | undefined {
  const map = container === '' ? root : placeAt(root, container)?.value;
  if (map?.kind !== 'map') return undefined;
  const [first] = map.entries;
  const indent = first ? indentAt(text, first.nameSpan.start) : '  ';
  const unit = indent.startsWith('\t') ? '\t' : indent.length >= 4 && container === '' ? '    ' : '  ';
  const lines = inputs.map((input) => `${indent}${unit}${objectText(input)}`).join(`,\n`);
  const present = placeAt(root, `${container}/inputs`)?.value;
  if (present === undefined) {
    const at = map.span.start + 1;
    const list = `\n${indent}"inputs": [\n${lines}\n${indent}]${first ? ',' : '\n'}`;
    return [{ span: { start: at, end: at }, newText: list }];
  }
  if (present.kind !== 'list') return undefined;
  const last = present.items.at(-1);
  if (!last) {
    return [{ span: { start: present.span.start + 1, end: present.span.end - 1 }, newText: `\n${lines}\n${indent}` }];
  }
  const comma = skipTrivia(text, last.span.end);
  const at = text[comma] === ',' ? comma + 1 : last.span.end;
  return [{ span: { start: at, end: at }, newText: `${text[comma] === ',' ? '' : ','}\n${lines}` }];
}

/** The ids that inputs of the same map have. */
export function inputIds(root: ConfigNode | undefined, container: string): ReadonlySet<string> {
  const list = placeAt(root, `${container}/inputs`)?.value;
  if (list?.kind !== 'list') return new Set();
  return new Set(
    list.items.flatMap((item) => {
      const id = item.kind === 'map' ? item.entries.find(({ name }) => name === 'id')?.value : undefined;
      return id?.kind === 'text' ? [id.value] : [];
    }),
  );
}

function objectText({ id, description }: PasswordInput): string {
  const fields = Object.entries({ type: 'promptString', id, description, password: true });
  return `{ ${fields.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(', ')} }`;
}

function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /^[ \t]+$/.test(line) ? line : '  ';
}
