/** The oldest Node that the command line runs on. The extension brings VS Code's own, which is newer. */
const OLDEST = 20;

/** Why the command line cannot run on this version of Node, such as `18.20.1`, and what to do; undefined if it can. */
export function nodeProblem(version: string): string | undefined {
  const major = Number(version.split('.', 1)[0]);
  if (major >= OLDEST) return undefined;
  return `This needs Node ${OLDEST} or newer, but this is Node ${version}. Run it with a newer one: in a clone, "npm ci" brings it, and "npx node dist/cli.js" uses it.`;
}
