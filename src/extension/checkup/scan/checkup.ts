import type { FileToCheck } from '../../../checkupWorker/checkupJobs.ts';
import { CheckupRun, type Stopwatch } from '../../../checkupWorker/checkupRun.ts';
import type { CheckedConfig } from '../../../core/checkup/checkedConfig.ts';
import { DismissalIndex, withoutDismissed, withoutDismissedSecrets } from '../../../core/checkup/dismissed.ts';
import { unreachedFindings } from '../../../core/checkup/findings/unreached.ts';
import { unsearchedFinding } from '../../../core/checkup/findings/unsearched.ts';
import { serversOf, type Unsearched } from '../../../core/checkup/model/checkupCoverage.ts';
import type { ConfigFile, Finding } from '../../../core/checkup/model/checkupModel.ts';
import type { OwnContext } from '../../../core/checkup/model/context.ts';
import { MAX_CONFIG_BYTES } from '../../../core/checkup/read/configLimits.ts';
import type { Unreadable } from '../../../core/checkup/read/unreadable.ts';
import { secretKind } from '../../../core/checkup/secrets/secretKind.ts';
import { SerialQueue } from '../../../core/serialQueue.ts';
import { phrase } from '../../../core/text/phrase.ts';
import type { Severity } from '../../../core/text/span.ts';
import { Emitter } from '../../util/emitter.ts';
import { nextTurn } from '../../util/nextTurn.ts';
import { shownPath } from '../../util/shownText.ts';
import type { OwnDismissal } from './dismissals.ts';
import type { Exposure } from './exposures.ts';
import { type CheckupReport, pointsOf, type ShownFinding } from './report.ts';

/** How to get at a file. */
export interface Address {
  readonly uri: string;
  /** As people know it: below a workspace folder or the home folder. */
  readonly label: string;
}

/** One configuration file that there is. */
export interface FoundFile extends Address {
  readonly file: ConfigFile;
  /** Why it has no text, if so. */
  readonly unreadable?: Unreadable;
}

/** A file that is there and whose text is not here, by its path as findings name it. */
export interface UnreadFile extends Address {
  readonly path: string;
}

/** What a search found, and where none was made. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly unsearched: readonly Unsearched[];
  /** Files whose texts would have been too much to hold, in their order. */
  readonly unread: readonly UnreadFile[];
}

/** What the checkup needs of its surroundings. None of it starts a server, uses the network or writes. */
export interface CheckupPorts {
  /** The files that there are now, with their texts as editors have them, unless they are larger. */
  files(maxBytes: number): Promise<FoundFiles>;
  /** Looks for files anew with the next run: what was found before is not relied on. */
  forgetFiles(): void;
  /** Does the checks of one file, off this thread and within a bound. */
  check(found: FileToCheck, now: number): Promise<CheckedConfig>;
  /** What is known beside the files. */
  context(): OwnContext;
  /** Where findings about Valet Key's own state lead: the file as they name it, and its address and label. */
  ownFiles(): ReadonlyMap<string, Address>;
  /** What the user dismissed. */
  dismissals(): Promise<readonly OwnDismissal[]>;
  /** What was moved and is not known to be rotated. */
  exposures(): Promise<readonly Exposure[]>;
  /** How many services Valet Key has. */
  services(): number;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** What was found in a file, for as long as that holds. */
interface KnownFile {
  readonly found: FoundFile;
  /** Days since the epoch: expiry is told by the day. */
  readonly day: number;
  readonly checked: CheckedConfig;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The checkup of this window: runs it, off this thread, and remembers what the last run found. */
export class Checkup {
  readonly #ports: CheckupPorts;
  readonly #startWatch: Stopwatch | undefined;
  readonly #queue = new SerialQueue();
  readonly #changed = new Emitter<void>();
  #files: ReadonlyMap<string, FoundFile> = new Map();
  #known: ReadonlyMap<string, KnownFile> = new Map();
  #findings: ReadonlyMap<string, ShownFinding> = new Map();
  #addresses: ReadonlyMap<string, Address> = new Map();
  #report: CheckupReport | undefined;
  #filter: ReadonlySet<Severity> = new Set(['error', 'warning', 'information']);
  #disposed = false;
  /** The run that waits for its turn, if any: who asks meanwhile gets the same one. */
  #next: Promise<CheckupReport | undefined> | undefined;
  /** Fires after each run, and when the filter changed. */
  readonly onDidChange = this.#changed.event;

  /** @param startWatch tells how long a run works; default: by the processor */
  constructor(ports: CheckupPorts, startWatch?: Stopwatch) {
    this.#ports = ports;
    this.#startWatch = startWatch;
  }

  /** What the last run found; undefined before the first one ended. */
  get report(): CheckupReport | undefined {
    return this.#report;
  }

  /** The severities that the view shows. */
  get filter(): ReadonlySet<Severity> {
    return this.#filter;
  }

  setFilter(filter: ReadonlySet<Severity>): void {
    this.#filter = filter;
    this.#changed.fire();
  }

  /** A finding of the last run. */
  finding(id: string): ShownFinding | undefined {
    return this.#findings.get(id);
  }

  findings(): readonly ShownFinding[] {
    return [...this.#findings.values()];
  }

  /** A file of the last run by its address, for those who change it. Its text may hold secrets: it is never shown. */
  file(uri: string): FoundFile | undefined {
    return this.#files.get(uri);
  }

  /** The address of a file as findings name it. */
  addressOf(path: string): Address | undefined {
    return this.#addresses.get(path);
  }

  /**
   * Looks at every file's text now. Undefined when the window closed meanwhile.
   *
   * @param afresh whether files are looked for as well, which watchers may have missed
   */
  run(afresh = false): Promise<CheckupReport | undefined> {
    if (afresh) this.#ports.forgetFiles();
    this.#next ??= this.#queue.run(() => {
      this.#next = undefined;
      return this.#run();
    });
    return this.#next;
  }

  dispose(): void {
    this.#disposed = true;
  }

  /** A file whose text is the same is not looked at again. */
  async #check(found: FoundFile, now: number): Promise<KnownFile> {
    const before = this.#known.get(found.uri);
    const day = Math.floor(now / DAY_MS);
    const same =
      before?.day === day &&
      before.found.unreadable === found.unreadable &&
      before.found.file.path === found.file.path &&
      before.found.file.text === found.file.text;
    if (same) return { ...before, found };
    const { file, unreadable } = found;
    const { text: _, ...named } = file;
    const checked = await this.#ports.check(unreadable ? { file: named, why: unreadable } : { file }, now);
    return { found, day, checked };
  }

  async #run(): Promise<CheckupReport | undefined> {
    const { engine } = await import('./engine.ts');
    const { files, unsearched, unread } = await this.#ports.files(MAX_CONFIG_BYTES);
    const known = new Map<string, KnownFile>();
    const run = new CheckupRun(this.#startWatch);
    const unreached: string[] = [];
    for (const found of files) {
      if (run.spent) unreached.push(found.file.path);
      else known.set(found.uri, await run.charge(() => this.#check(found, this.#ports.now()), findingsOf));
      if (this.#disposed) return undefined;
    }
    unreached.push(...unread.map(({ path }) => path));
    const exposures = await this.#ports.exposures();
    const index = new DismissalIndex(await this.#ports.dismissals());
    const checked = [...known.values()].map((one) => withoutDismissedSecrets(one.checked, index));
    await nextTurn();
    const { left, dismissed } = withoutDismissed(
      [
        ...unsearched.map(unsearchedFinding),
        ...unreachedFindings(unreached, 'window'),
        ...engine.allFindings(checked, this.#ports.context()),
      ],
      index,
    );
    await nextTurn();
    const addresses = new Map<string, Address>([
      ...this.#ports.ownFiles(),
      ...unread.map((one) => [one.path, one] as const),
      ...files.map((found) => [found.file.path, found] as const),
    ]);
    const shown = [...withAddresses(left, addresses), ...exposures.map(exposed)];
    await nextTurn();
    const coverage = { files: checked.map(({ covered }) => covered), unsearched, unreached };
    const points = pointsOf(shown, { servers: serversOf(coverage), services: this.#ports.services() });
    this.#known = known;
    this.#files = new Map(files.map((found) => [found.uri, found]));
    this.#addresses = addresses;
    this.#findings = new Map(shown.map((finding) => [finding.id, finding]));
    this.#report = {
      at: this.#ports.now(),
      coverage,
      points,
      dismissed: dismissed.map((one) => ({
        ...one,
        label: addresses.get(one.finding.file)?.label ?? shownPath(one.finding.file),
      })),
    };
    this.#changed.fire();
    return this.#report;
  }
}

function findingsOf({ checked }: KnownFile): number {
  return checked.findings.length;
}

/** Gives each finding the address of its file, and an id that stays while neither file nor key change. */
function withAddresses(findings: readonly Finding[], addresses: ReadonlyMap<string, Address>): readonly ShownFinding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const address = addresses.get(finding.file);
    const name = [finding.check, finding.code, finding.file, finding.server ?? '', finding.key ?? ''].join('\n');
    const number = seen.get(name) ?? 0;
    seen.set(name, number + 1);
    return {
      id: `${name}\n${number}`,
      finding,
      label: address?.label ?? shownPath(finding.file),
      ...(address ? { uri: address.uri } : {}),
    };
  });
}

/** What was in plain text goes on being a finding, at the beginning of the file in which it was. */
function exposed(exposure: Exposure): ShownFinding {
  const at = { line: 1, column: 1 };
  const { id, kind, file, server, last4, uri } = exposure;
  return {
    id: `exposed\n${id}`,
    label: file,
    uri,
    exposure,
    finding: {
      check: 1,
      severity: 'warning',
      code: 'was-in-plain-text',
      file,
      span: { start: 0, end: 0 },
      start: at,
      end: at,
      server,
      message: phrase`Rotate this ${secretKind(kind)}${last4 === '' ? '' : ` (••••${last4})`}: it was stored in plain text here, so others may have read it.`,
    },
  };
}
