/**
 * A policy that names these services and allows nothing for them: what stands in for an approved text that was
 * changed or lost, so that losing it opens nothing that the file's services had closed.
 */
export function lockedText(services: readonly string[]): string {
  if (services.length === 0) return 'services: {}\n';
  const lines = services.map(
    (name) => `  ${name}: { baseUrl: 'https://not-approved.invalid', auth: { type: bearer }, policies: [] }`,
  );
  return `services:\n${lines.join('\n')}\n`;
}
