import type { Named } from '../model/checkupModel.ts';
import { mayHoldToken } from '../secrets/tokenShapes.ts';
import { type ConfigNode, step } from './configNode.ts';

/**
 * The texts that hold what tells by its shape that it is a token, wherever they stand: behind a key that no client reads
 * (`disabledServers`), in a permission that was given for good, in a hook. Names say nothing there, so shapes alone count.
 *
 * @param read where the texts begin that are looked at anyway
 */
export function strayTokens(root: ConfigNode, read: ReadonlySet<number>): readonly Named[] {
  const found: Named[] = [];
  const seen = new Set(read);
  const path: (string | number)[] = [];
  const walk = (node: ConfigNode): void => {
    switch (node.kind) {
      case 'map':
        for (const { name, value } of node.entries) within(name, value);
        return;
      case 'list':
        for (const [at, item] of node.items.entries()) within(at, item);
        return;
      case 'text':
        // An alias of YAML repeats its anchor's text.
        if (seen.has(node.span.start) || !mayHoldToken(node.value)) return;
        seen.add(node.span.start);
        found.push({ value: node.value, pointer: path.map(step).join(''), span: node.span, name: '' });
    }
  };
  const within = (key: string | number, node: ConfigNode): void => {
    path.push(key);
    walk(node);
    path.pop();
  };
  walk(root);
  return found;
}
