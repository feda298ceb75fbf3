import { realpathSync } from 'node:fs';
import path from 'node:path';

/** Where to find homes, programs, languages, a desktop's session and its prompts; and a network behind a proxy. */
const NAMES: ReadonlySet<string> = new Set([
  ...['HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TZ', 'TMPDIR', 'TEMP', 'TMP'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'SSH_AUTH_SOCK', 'GNUPGHOME'],
  ...['GOOGLE_APPLICATION_CREDENTIALS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'],
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'PROGRAMFILES'],
  ...['COMSPEC', 'PATHEXT', 'USERNAME', 'USERDOMAIN', 'HOMEDRIVE', 'HOMEPATH'],
]);

/** Settings of the tools that teams keep secrets with. */
const PREFIXES = [
  ...['LC_', 'XDG_', 'OP_', 'VAULT_', 'AWS_', 'AZURE_', 'CLOUDSDK_', 'PASSWORD_STORE_', 'GOPASS_', 'BW_'],
  ...['DOPPLER_', 'INFISICAL_'],
];

/**
 * What a command that gives a credential gets of the extension host's environment: an allow-list. Variables that make a
 * program load or run something else (`LD_PRELOAD`, `NODE_OPTIONS`, `BASH_ENV` …) are not on it, and PATH is without
 * relative folders and without those inside the workspace, where an agent could put a program of its own.
 */
export function commandEnvironment(
  host: Readonly<Record<string, string | undefined>>,
  workspaceFolders: readonly string[],
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined) continue;
    // Windows spells them as it likes, and proxies are often in lower case.
    const upper = name.toUpperCase();
    if (upper === 'PATH') environment[name] = safePath(value, workspaceFolders).join(path.delimiter);
    else if (NAMES.has(upper) || PREFIXES.some((prefix) => name.startsWith(prefix))) environment[name] = value;
  }
  return environment;
}

/** The folders of a PATH in which a program of the user's own may be looked for. */
export function safePath(value: string, workspaceFolders: readonly string[]): readonly string[] {
  const agents = withRealPaths(workspaceFolders);
  return value
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder) && !withRealPaths([folder]).some((one) => isInside(one, agents)));
}

/** A folder may be opened by another name than its own: the names, and where they lead. */
export function withRealPaths(folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => {
    try {
      return [folder, realpathSync(folder)];
    } catch {
      return [folder]; // nothing is there
    }
  });
}

/** Whether a path is one of these folders, or below one. */
export function isInside(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const relative = path.relative(folder, file);
    return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
  });
}
