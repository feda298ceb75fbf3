import type { CheckedConfig } from '../../../core/checkup/checkup.ts';
import { unsearchedFinding } from '../../../core/checkup/findings/unsearched.ts';
import { coverageOf, serversOf, type Unsearched } from '../../../core/checkup/model/checkupCoverage.ts';
import type { ConfigFile, Finding, ReadConfig } from '../../../core/checkup/model/checkupModel.ts';
import type { CheckupContext } from '../../../core/checkup/model/context.ts';
import type { Unreadable } from '../../../core/checkup/read/unreadable.ts';
import { SerialQueue } from '../../../core/serialQueue.ts';
import { phrase } from '../../../core/text/phrase.ts';
import type { Severity } from '../../../core/text/span.ts';
import { Emitter } from '../../util/emitter.ts';
import type { Engine } from './engine.ts';
import type { Exposure } from './exposures.ts';
import { type CheckupReport, pointsOf, type ShownFinding } from './report.ts';
import { inSlices, type SlicePorts } from './slices.ts';

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

/** What a search found, and where none was made. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly unsearched: readonly Unsearched[];
}

/** What the checkup needs of its surroundings. None of it starts a server, uses the network or writes. */
export interface CheckupPorts {
  /** The files that there are now, with their texts as editors have them, unless they are larger. */
  files(maxBytes: number): Promise<FoundFiles>;
  /** Looks for files anew with the next run: what was found before is not relied on. */
  forgetFiles(): void;
  /** What is known beside the files. */
  context(): CheckupContext;
  /** Where findings about Valet Key's own state lead: the file as they name it, and its address and label. */
  ownFiles(): ReadonlyMap<string, Address>;
  /** What was moved and is not known to be rotated. */
  exposures(): Promise<readonly Exposure[]>;
  /** How many services Valet Key has. */
  services(): number;
  readonly slices: Omit<SlicePorts, 'stopped'>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A file of the last run, for those who change it. Its text may hold secrets: it is never shown. */
export interface CheckedFile extends FoundFile {
  readonly config: ReadConfig;
}

/** The checkup of this window: runs it, in slices, and remembers what the last run found. */
export class Checkup {
  readonly #ports: CheckupPorts;
  readonly #queue = new SerialQueue();
  readonly #changed = new Emitter<void>();
  #files: ReadonlyMap<string, CheckedFile> = new Map();
  #findings: ReadonlyMap<string, ShownFinding> = new Map();
  #addresses: ReadonlyMap<string, Address> = new Map();
  #report: CheckupReport | undefined;
  #filter: ReadonlySet<Severity> = new Set(['error', 'warning', 'information']);
  #disposed = false;
  /** The run that waits for its turn, if any: who asks meanwhile gets the same one. */
  #next: Promise<CheckupReport | undefined> | undefined;
  /** Fires after each run, and when the filter changed. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: CheckupPorts) {
    this.#ports = ports;
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

  /** A file of the last run by its address. */
  file(uri: string): CheckedFile | undefined {
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

  /** A file whose text is the same is not read again. */
  #read({ unreadableConfig, readConfig }: Engine, found: FoundFile): ReadConfig {
    if (found.unreadable) return unreadableConfig(found.file, found.unreadable);
    const before = this.#files.get(found.uri);
    return before && !before.unreadable && before.file.text === found.file.text
      ? before.config
      : readConfig(found.file);
  }

  async #run(): Promise<CheckupReport | undefined> {
    const slices = { ...this.#ports.slices, stopped: () => this.#disposed };
    const { engine } = await import('./engine.ts');
    const context = this.#ports.context();
    const files = new Map<string, CheckedFile>();
    const checked: CheckedConfig[] = [];
    const { files: there, unsearched } = await this.#ports.files(engine.maxBytes);
    const done = await inSlices(
      there,
      (found) => {
        const config = this.#read(engine, found);
        files.set(found.uri, { ...found, config });
        checked.push(engine.checkConfig(config, context));
      },
      slices,
    );
    if (!done) return undefined;
    await slices.pause();
    const findings = [...unsearched.map(unsearchedFinding), ...engine.allFindings(checked, context)];
    const addresses = new Map<string, Address>([
      ...this.#ports.ownFiles(),
      ...[...files.values()].map((found) => [found.file.path, found] as const),
    ]);
    const shown = [...withAddresses(findings, addresses), ...(await this.#ports.exposures()).map(exposed)];
    this.#files = files;
    this.#addresses = addresses;
    this.#findings = new Map(shown.map((finding) => [finding.id, finding]));
    const coverage = coverageOf(
      [...files.values()].map(({ config }) => config),
      unsearched,
    );
    this.#report = {
      at: this.#ports.now(),
      coverage,
      points: pointsOf(shown, { servers: serversOf(coverage), services: this.#ports.services() }),
    };
    this.#changed.fire();
    return this.#report;
  }
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
      label: address?.label ?? finding.file,
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
      message: phrase`Rotate this ${kind}${last4 === '' ? '' : ` (••••${last4})`}: it was stored in plain text here, so others may have read it.`,
    },
  };
}
