/** Patterns of short client names: `*` is any characters, none too, so that `claude*` is `claude` as well. */
export function agentMatches(pattern: string, agent: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return agent === pattern;
  const last = rest.pop() ?? '';
  if (!agent.startsWith(first) || !agent.endsWith(last) || agent.length < first.length + last.length) return false;
  let position = first.length;
  for (const part of rest) {
    const at = agent.indexOf(part, position);
    if (at === -1) return false;
    position = at + part.length;
  }
  return position <= agent.length - last.length;
}

/** Whether `outer` matches every name that `inner` does. Sound, not complete: a star is only met by a star. */
export function agentPatternCovers(outer: string, inner: string): boolean {
  return agentMatches(outer, inner.replaceAll('*', '/'));
}
