/** What an upstream MCP server's process gets of the gateway's own environment: enough to find programs, homes and languages. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'SystemDrive',
  'windir',
  'USERPROFILE',
  'LOCALAPPDATA',
  'APPDATA',
  'COMSPEC',
  'PATHEXT',
] as const;

/** The environment of an upstream MCP server's process: an allow-list, then the variables that the policy names. */
export function serverEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  variables: readonly (readonly [name: string, value: string])[],
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  for (const [name, value] of variables) environment[name] = value;
  return environment;
}
