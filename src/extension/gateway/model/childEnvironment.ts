/**
 * The variables that the gateway gets, on every platform: where to find the home and temporary folders, the language,
 * and what Windows cannot start a process without. No proxy, no certificate and no credential variable is among them.
 */
const PASSED_ON = [
  'HOME',
  'USER',
  'LOGNAME',
  'PATH',
  'TMPDIR',
  'TEMP',
  'TMP',
  'XDG_RUNTIME_DIR',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'SystemRoot',
  'SystemDrive',
  'windir',
  'USERPROFILE',
  'LOCALAPPDATA',
  'APPDATA',
  'COMSPEC',
] as const;

/** The environment of the gateway process: an allow-list, and the flag that makes Electron behave as Node. */
export function gatewayEnvironment(host: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const environment: Record<string, string> = { ELECTRON_RUN_AS_NODE: '1' };
  for (const name of PASSED_ON) {
    const value = host[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
