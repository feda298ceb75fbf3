import { createHmac, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type CheckedConfig, checkAcross, checkConfig } from '../core/checkup/checkup.ts';
import type { Finding } from '../core/checkup/model/checkupModel.ts';
import type { CheckupContext } from '../core/checkup/model/context.ts';
import { type Platform, type UserFolders, userPlaces } from '../core/checkup/model/locations.ts';
import { readConfig } from '../core/checkup/read/readConfig.ts';
import { unreadableConfig } from '../core/checkup/read/unreadable.ts';
import { inEnglish } from '../core/text/phrase.ts';
import { type ConfigSource, readSource, userSources, workspaceSources } from './configFiles.ts';
import { print } from './jsonLines.ts';
import { sarifLog } from './sarif.ts';
import { parseOptions, UsageError } from './usage.ts';

const PLATFORMS: readonly Platform[] = ['linux', 'darwin', 'win32'];

export async function checkupCommand(args: string[]): Promise<number> {
  const { values } = parseOptions(args, {
    home: { type: 'string' },
    workspace: { type: 'string', multiple: true },
    format: { type: 'string' },
  });
  if (values.format !== undefined && values.format !== 'sarif') throw new UsageError('--format takes sarif.');
  for (const folder of values.workspace ?? []) {
    // A mistyped folder has no findings either, and would pass for a clean one.
    if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new UsageError(`--workspace takes a folder, and there is no folder at ${folder}.`);
    }
  }
  const sources = [
    ...homeSources(values.home),
    ...(values.workspace ?? []).flatMap((folder) => workspaceSources(folder)),
  ];
  const findings = check(sources);
  if (values.format === 'sarif') print(sarifLog(findings));
  else for (const finding of findings) print(line(finding));
  return findings.some(({ severity }) => severity !== 'information') ? 1 : 0;
}

/** With `--home`, the folder of any person of any machine: every system's places, and no variable of ours. */
function homeSources(home: string | undefined): ConfigSource[] {
  if (home !== undefined) {
    const places = PLATFORMS.flatMap((platform) => userPlaces({ platform, home }));
    return userSources(places, home);
  }
  const { APPDATA, XDG_CONFIG_HOME, CODEX_HOME, CLAUDE_CONFIG_DIR, COPILOT_HOME } = process.env;
  const folders: UserFolders = {
    platform: PLATFORMS.find((one) => one === process.platform) ?? 'linux',
    home: os.homedir(),
    appData: APPDATA,
    xdgConfigHome: XDG_CONFIG_HOME,
    codexHome: CODEX_HOME,
    claudeConfigDir: CLAUDE_CONFIG_DIR,
    copilotHome: COPILOT_HOME,
  };
  return userSources(userPlaces(folders), undefined);
}

function check(sources: readonly ConfigSource[]): readonly Finding[] {
  const key = randomBytes(32);
  const context: CheckupContext = {
    now: Date.now(),
    fingerprint: (value) => createHmac('sha256', key).update(value).digest('base64url'),
  };
  const seen = new Set<string>();
  const checked: CheckedConfig[] = [];
  for (const source of sources) {
    if (seen.has(path.resolve(source.path))) continue;
    seen.add(path.resolve(source.path));
    const text = readSource(source);
    if (text === undefined) continue;
    const read = 'why' in text ? unreadableConfig(source, text.why) : readConfig({ ...source, text: text.text });
    checked.push(checkConfig(read, context));
  }
  return [...checked.flatMap(({ findings }) => findings), ...checkAcross(checked, context)];
}

function line({ check, severity, file, start, server, key, code, message }: Finding): object {
  return {
    check,
    severity,
    file,
    line: start.line,
    column: start.column,
    server,
    key,
    code,
    message: inEnglish(message),
  };
}
