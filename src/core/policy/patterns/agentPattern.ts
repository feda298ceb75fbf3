/**
 * Whether one of these patterns matches a client's short name: `*` is any characters, none too, so that `claude*` is `claude`
 * as well.
 */
export function compileAgents(patterns: readonly string[]): (agent: string) => boolean {
  const names = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const parts = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'));
  return (agent) => names.has(agent) || parts.some((one) => partsMatch(one, agent));
}

/** `parts` is what stands between the stars, of which there is one at least. */
function partsMatch(parts: readonly string[], agent: string): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!agent.startsWith(first) || !agent.endsWith(last) || agent.length < first.length + last.length) return false;
  let position = first.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] ?? '';
    const at = agent.indexOf(part, position);
    if (at === -1) return false;
    position = at + part.length;
  }
  return position <= agent.length - last.length;
}

/** Whether `outer` matches every name that `inner` does. Sound, not complete: a star is only met by a star. */
export function agentPatternCovers(outer: string, inner: string): boolean {
  return compileAgents([outer])(inner.replaceAll('*', '/'));
}
