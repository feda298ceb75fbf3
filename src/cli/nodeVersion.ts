/** The oldest Node that all of the code runs on, undici's HTTP client above all: what the oldest supported VS Code has. */
const OLDEST = [22, 19] as const;

/** Why the command line cannot run on this version of Node, such as `20.11.1`, and what to do; undefined if it can. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `This needs Node ${OLDEST.join('.')} or newer, and here is Node ${version}. Run it with a newer one: in a clone, "npm ci" brings it, and "npx node dist/cli.js" uses it.`;
}
