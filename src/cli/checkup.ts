import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BoundedCheckup } from '../checkupWorker/boundedCheckup.ts';
import { CheckupRun } from '../checkupWorker/checkupRun.ts';
import { allFindings } from '../core/checkup/acrossFiles.ts';
import type { CheckedConfig } from '../core/checkup/checkedConfig.ts';
import { unreachedFindings } from '../core/checkup/findings/unreached.ts';
import { unsearchedFinding } from '../core/checkup/findings/unsearched.ts';
import { type Coverage, coverageText } from '../core/checkup/model/checkupCoverage.ts';
import type { Aspect, Finding } from '../core/checkup/model/checkupModel.ts';
import { type Platform, type UserFolders, userPlaces } from '../core/checkup/model/locations.ts';
import { inEnglish } from '../core/text/phrase.ts';
import { printable } from '../core/text/printable.ts';
import { type ConfigSource, type FoundSources, readSource, userSources, workspaceSources } from './configFiles.ts';
import { print } from './jsonLines.ts';
import { sarifLog } from './sarif.ts';
import { SarifPlaces } from './sarifPlaces.ts';
import { parseOptions, UsageError } from './usage.ts';

const PLATFORMS: readonly Platform[] = ['linux', 'darwin', 'win32'];

export async function checkupCommand(args: string[]): Promise<number> {
  const { values } = parseOptions(args, {
    home: { type: 'string' },
    workspace: { type: 'string', multiple: true },
    format: { type: 'string' },
  });
  if (values.format !== undefined && values.format !== 'sarif') throw new UsageError('--format takes sarif.');
  if (values.home !== undefined) requireFolder('--home', values.home);
  for (const folder of values.workspace ?? []) requireFolder('--workspace', folder);
  const places = [homeSources(values.home), ...(values.workspace ?? []).map((folder) => workspaceSources(folder))];
  const now = Date.now();
  const { checked, unreached } = await checkAll(
    places.flatMap(({ sources }) => sources),
    now,
  );
  const coverage = {
    files: checked.map(({ covered }) => covered),
    unsearched: places.flatMap(({ unsearched }) => unsearched),
    unreached,
  };
  const findings = [
    ...coverage.unsearched.map(unsearchedFinding),
    ...unreachedFindings(unreached, 'command-line'),
    ...allFindings(checked, { now }),
  ];
  if (values.format === 'sarif') {
    const places = new SarifPlaces(process.cwd(), values.workspace ?? [], values.home ?? os.homedir());
    print(sarifLog(findings, coverage, places));
  } else for (const finding of findings) print(findingLine(finding));
  report(coverage);
  return findings.some(({ severity }) => severity !== 'information') ? 1 : 0;
}

/** A mistyped folder has no findings either, and would pass for a clean one. */
function requireFolder(option: string, folder: string): void {
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new UsageError(`${option} takes a folder, and there is no folder at ${folder}.`);
}

/** Says what was read, for people: who gets no finding wants to know that something was looked at. */
function report(coverage: Coverage): void {
  const none = coverage.files.length === 0 ? ' There is no MCP configuration in the places that are known.' : '';
  process.stderr.write(`Checked ${inEnglish(coverageText(coverage))}.${none}\n`);
}

/** With `--home`, the folder of any person of any machine: every system's places, and no variable of ours. */
function homeSources(home: string | undefined): FoundSources {
  if (home !== undefined) {
    const places = PLATFORMS.flatMap((platform) => userPlaces({ platform, home }));
    return userSources(places, home);
  }
  const { APPDATA, LOCALAPPDATA, XDG_CONFIG_HOME, CODEX_HOME, CLAUDE_CONFIG_DIR, COPILOT_HOME } = process.env;
  const folders: UserFolders = {
    platform: PLATFORMS.find((one) => one === process.platform) ?? 'linux',
    home: os.homedir(),
    appData: APPDATA,
    localAppData: LOCALAPPDATA,
    xdgConfigHome: XDG_CONFIG_HOME,
    codexHome: CODEX_HOME,
    claudeConfigDir: CLAUDE_CONFIG_DIR,
    copilotHome: COPILOT_HOME,
  };
  return userSources(userPlaces(folders), undefined);
}

/** Each file once, by whichever way it was found. */
async function checkAll(
  sources: readonly ConfigSource[],
  now: number,
): Promise<{ readonly checked: readonly CheckedConfig[]; readonly unreached: readonly string[] }> {
  const checkup = new BoundedCheckup(__filename, randomBytes(32).toString('hex'));
  const run = new CheckupRun();
  const seen = new Set<string>();
  const checked: CheckedConfig[] = [];
  const unreached: string[] = [];
  for (const source of sources) {
    const address = path.resolve(source.path);
    if (seen.has(address)) continue;
    seen.add(address);
    if (run.spent) {
      if (fs.existsSync(source.path)) unreached.push(source.path);
      continue;
    }
    const one = await run.charge(
      () => checkSource(source, checkup, now),
      (checked) => checked?.findings.length ?? 0,
    );
    if (one) checked.push(one);
  }
  checkup.dispose();
  return { checked, unreached };
}

/** Undefined when no file is there. */
async function checkSource(
  source: ConfigSource,
  checkup: BoundedCheckup,
  now: number,
): Promise<CheckedConfig | undefined> {
  const text = readSource(source);
  if (text === undefined) return undefined;
  const { within: _, ...file } = source;
  return checkup.check('why' in text ? { file, why: text.why } : { file: { ...file, ...text } }, now);
}

function findingLine({ check, severity, file, start, server, key, code, message, aspects }: Finding): object {
  return {
    check,
    severity,
    file,
    line: start.line,
    column: start.column,
    server,
    key,
    code,
    message: printable(inEnglish(message)),
    aspects: aspects?.map(aspectLine),
  };
}

/** Another side of a finding: the same file and server. */
function aspectLine({ check, severity, start, key, code, message }: Aspect): object {
  return { check, severity, line: start.line, column: start.column, key, code, message: printable(inEnglish(message)) };
}
