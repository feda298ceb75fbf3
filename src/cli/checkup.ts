import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BoundedCheckup } from '../checkupWorker/boundedCheckup.ts';
import { PUBLIC_DIGESTS } from '../checkupWorker/checkupJobs.ts';
import { CheckupRun } from '../checkupWorker/checkupRun.ts';
import { allFindings } from '../core/checkup/acrossFiles.ts';
import type { CheckedConfig } from '../core/checkup/checkedConfig.ts';
import { DismissalIndex, withoutDismissed, withoutDismissedSecrets } from '../core/checkup/dismissed.ts';
import { unreachedFindings } from '../core/checkup/findings/unreached.ts';
import { unsearchedFinding } from '../core/checkup/findings/unsearched.ts';
import type { Finding } from '../core/checkup/model/checkupModel.ts';
import { type Platform, type UserFolders, userPlaces } from '../core/checkup/model/locations.ts';
import { readAcceptFile } from './acceptFile.ts';
import { acceptedLine, acceptedLines, coverageLine, findingLine } from './checkupOutput.ts';
import { type ConfigSource, type FoundSources, readSource, userSources, workspaceSources } from './configFiles.ts';
import { findingId } from './findingId.ts';
import { print } from './jsonLines.ts';
import { sarifLog } from './sarif.ts';
import { SarifPlaces } from './sarifPlaces.ts';
import { parseOptions, UsageError } from './usage.ts';

const PLATFORMS: readonly Platform[] = ['linux', 'darwin', 'win32'];

export async function checkupCommand(args: string[]): Promise<number> {
  const { values } = parseOptions(args, {
    home: { type: 'string' },
    workspace: { type: 'string', multiple: true },
    accept: { type: 'string' },
    format: { type: 'string' },
  });
  if (values.format !== undefined && values.format !== 'sarif') throw new UsageError('--format takes sarif.');
  if (values.home !== undefined) requireFolder('--home', values.home);
  for (const folder of values.workspace ?? []) requireFolder('--workspace', folder);
  const acceptances = values.accept === undefined ? [] : readAcceptFile(values.accept);
  const searched = [homeSources(values.home), ...(values.workspace ?? []).map((folder) => workspaceSources(folder))];
  const now = Date.now();
  const { checked, unreached } = await checkAll(
    searched.flatMap(({ sources }) => sources),
    now,
  );
  const coverage = {
    files: checked.map(({ covered }) => covered),
    unsearched: searched.flatMap(({ unsearched }) => unsearched),
    unreached,
  };
  const places = new SarifPlaces(process.cwd(), values.workspace ?? [], values.home ?? os.homedir());
  const withId = (finding: Finding): Finding => ({ ...finding, digest: findingId(finding, places) });
  const index = new DismissalIndex(acceptances);
  const known = checked.map((one) => {
    const { secrets } = withoutDismissedSecrets({ ...one, findings: one.findings.map(withId) }, index);
    return { ...one, secrets };
  });
  const { left, dismissed } = withoutDismissed(
    [
      ...coverage.unsearched.map(unsearchedFinding),
      ...unreachedFindings(unreached, 'command-line'),
      ...allFindings(known, { now }),
    ].map(withId),
    index,
  );
  if (values.format === 'sarif')
    print(sarifLog({ findings: left, accepted: dismissed, acceptFile: values.accept ?? '', coverage }, places));
  else {
    for (const finding of left) print(findingLine(finding));
    for (const one of dismissed) print(acceptedLine(one));
  }
  tell(coverageLine(coverage));
  if (values.accept !== undefined) acceptedLines(values.accept, acceptances, dismissed).forEach(tell);
  return left.some(({ severity }) => severity !== 'information') ? 1 : 0;
}

/** On standard error, for people. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A mistyped folder has no findings either, and would pass for a clean one. */
function requireFolder(option: string, folder: string): void {
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new UsageError(`${option} takes a folder, and there is no folder at ${folder}.`);
}

/** With `--home`, the folder of any user of any machine: every system's places, and no variable of ours. */
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
  return checkup.check('why' in text ? { file, why: text.why } : { file: { ...file, ...text } }, now, PUBLIC_DIGESTS);
}
