import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/** For each file what it imports: paths from the root of the sources, such as `core/secret.ts`. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** The imports of every TypeScript file below a folder: of values and of types, static and dynamic. */
export function importsBelow(source: string): Imports {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'));
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(path.join(source, file), 'utf8'))]));
}

/** Every relative specifier has its file's whole name (the compiler says so), so that it needs no looking for. */
export function importsOf(file: string, text: string): string[] {
  const { program, module, errors } = parseSync('source.ts', text);
  if (errors.length > 0) throw new Error(`${file} is not TypeScript: ${errors[0]?.message}`);
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value)),
  ];
  new Visitor({
    ImportExpression: ({ source }) => specifiers.push(source.type === 'Literal' ? String(source.value) : undefined),
    TSImportType: ({ source }) => specifiers.push(source.value),
  }).visit(program);
  const relative = specifiers.filter((specifier) => specifier?.startsWith('.') && specifier.endsWith('.ts'));
  return [...new Set(relative.map((to) => path.posix.join(path.posix.dirname(file), to ?? '')))];
}

/** The same between folders; what a folder's files import of each other is left out. */
export function betweenFolders(imports: Imports): Imports {
  const folders = new Map<string, Set<string>>();
  for (const [file, targets] of imports) {
    const folder = path.posix.dirname(file);
    const own = folders.get(folder) ?? new Set();
    folders.set(folder, own);
    for (const target of targets.map(path.posix.dirname)) if (target !== folder) own.add(target);
  }
  return new Map([...folders].map(([folder, targets]) => [folder, [...targets]]));
}

/**
 * Whatever can be reached from itself, in groups that reach each other; after Tarjan, *Depth-first search and linear graph
 * algorithms* (1972).
 */
export function circles(graph: Imports): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const lowOf = (node: string): number => low.get(node) ?? Number.POSITIVE_INFINITY;
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.size - 1);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      // What has left the stack belongs to a group that is complete.
      if (stack.includes(next)) low.set(node, Math.min(lowOf(node), lowOf(next)));
    }
    if (lowOf(node) !== order.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) found.push(group.sort());
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}
