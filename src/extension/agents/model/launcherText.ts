/** The launcher's scripts, and the pointer by which they find the extension. No text here holds a path of a machine. */

/** What a pointer says. Paths are absolute and hold no line break. */
export interface LauncherTarget {
  readonly version: string;
  /** Absolute path of `dist/proxy.js`. */
  readonly proxy: string;
  /** The editor's own runtime, for machines without Node. */
  readonly editor: string;
  readonly runtimeDir: string;
}

/** `key=value` lines, which both scripts can read. */
export function pointerText({ version, proxy, editor, runtimeDir }: LauncherTarget): string {
  return `version=${version}\nproxy=${proxy}\neditor=${editor}\nruntimeDir=${runtimeDir}\n`;
}

/** Undefined for a text that no extension wrote. */
export function readPointer(text: string): LauncherTarget | undefined {
  const fields = new Map(text.split(/\r?\n/).map((line) => split(line)));
  const [version, proxy, editor, runtimeDir] = ['version', 'proxy', 'editor', 'runtimeDir'].map((key) =>
    fields.get(key),
  );
  return version && proxy && editor && runtimeDir ? { version, proxy, editor, runtimeDir } : undefined;
}

function split(line: string): readonly [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}

/** The oldest Node that runs the proxy, as `engines.node` in package.json says. */
const OLDEST_NODE = 20;

/**
 * For POSIX systems. After an update the pointer may name a folder that is gone until VS Code starts again: then the
 * newest installed version beside it serves.
 */
export const POSIX_LAUNCHER = `#!/bin/sh
# Starts the MCP server of Valet Key for an MCP client. The extension writes this file; it holds nothing secret.
unset NODE_OPTIONS VSCODE_INSPECTOR_OPTIONS
here=$(dirname -- "$0")
proxy= editor= runtimeDir=
while IFS= read -r line; do
  case $line in
    proxy=*) proxy=\${line#*=} ;;
    editor=*) editor=\${line#*=} ;;
    runtimeDir=*) runtimeDir=\${line#*=} ;;
  esac
done < "$here/current" || exit 1
if [ ! -f "$proxy" ]; then
  extensions=$(dirname -- "$(dirname -- "$(dirname -- "$proxy")")")
  for found in "$extensions"/valet-key.valet-key-*/dist/proxy.js; do
    if [ -f "$found" ]; then proxy=$found; fi
  done
fi
if [ ! -f "$proxy" ]; then
  echo "Valet Key: the extension is no longer installed. Install it in VS Code, and open a window once." >&2
  exit 1
fi
: "\${VALETKEY_RUNTIME_DIR:=$runtimeDir}" "\${VALETKEY_CLIENT:=none}"
export VALETKEY_RUNTIME_DIR VALETKEY_CLIENT
node=$(command -v node) && found=$("$node" --version 2>/dev/null) && found=\${found#v} && found=\${found%%.*}
if [ "\${found:-0}" -ge ${OLDEST_NODE} ] 2>/dev/null; then
  unset ELECTRON_RUN_AS_NODE
  exec "$node" "$proxy" "$@"
fi
ELECTRON_RUN_AS_NODE=1
export ELECTRON_RUN_AS_NODE
exec "$editor" "$proxy" "$@"
`;

/** For Windows. cmd.exe wants its own line ends. */
export const WINDOWS_LAUNCHER = `@echo off
rem Starts the MCP server of Valet Key for an MCP client. The extension writes this file; it holds nothing secret.
setlocal DisableDelayedExpansion
chcp 65001 >nul
set "NODE_OPTIONS="
set "VSCODE_INSPECTOR_OPTIONS="
for /f "usebackq tokens=1,* delims==" %%a in ("%~dp0current") do set "VK_%%a=%%b"
if not exist "%VK_proxy%" for /d %%d in ("%VK_proxy%\\..\\..\\..\\valet-key.valet-key-*") do (
  if exist "%%d\\dist\\proxy.js" set "VK_proxy=%%d\\dist\\proxy.js"
)
if not exist "%VK_proxy%" (
  echo Valet Key: the extension is no longer installed. Install it in VS Code, and open a window once. 1>&2
  exit /b 1
)
if not defined VALETKEY_RUNTIME_DIR set "VALETKEY_RUNTIME_DIR=%VK_runtimeDir%"
if not defined VALETKEY_CLIENT set "VALETKEY_CLIENT=none"
set "VK_node="
for /f "tokens=1 delims=v." %%a in ('node --version 2^>nul') do if %%a geq ${OLDEST_NODE} set "VK_node=1"
if defined VK_node (
  set "ELECTRON_RUN_AS_NODE="
  node "%VK_proxy%" %*
) else (
  set "ELECTRON_RUN_AS_NODE=1"
  "%VK_editor%" "%VK_proxy%" %*
)
exit /b %errorlevel%
`.replaceAll('\n', '\r\n');
