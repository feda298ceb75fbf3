import { createHash } from 'node:crypto';
import fs from 'node:fs';
import * as z from 'zod/mini';
import { readPlainFile } from '../../../protocol/plainFile.ts';
import type { Clock, MetadataPort } from '../../util/ports.ts';
import { type AgentClient, clientOf, type Machine } from './agentClients.ts';
import { entriesOf, hasEntry, withEntries, withoutEntries } from './clientEntry.ts';
import { backUp, type ClientFile, readClientFile, replaceClientFile } from './clientFile.ts';
import type { LaunchCommand } from './launcher.ts';

const KEY = 'connectedAgents';

const recordSchema = z.array(
  z.object({
    client: z.string(),
    /** Where the configuration is named. */
    file: z.string(),
    /** SHA-256 of the text after the change: while it is so, undoing restores every byte. */
    after: z.string(),
    /** Path of the copy of the text before; absent when there was no file. */
    backup: z.optional(z.string()),
  }),
);
export type Connection = z.infer<typeof recordSchema>[number];

/** A change to a client's configuration, for the user to look at before it is made. */
export interface PlannedChange {
  readonly client: AgentClient;
  readonly file: ClientFile;
  /** Undefined: the file is removed, because it was not there before. */
  readonly text: string | undefined;
}

/**
 * The entries that the user had written into other clients' configurations, and the way back from each. What was
 * changed is kept as metadata; the copy of the file before lies beside it.
 */
export class Connections {
  readonly #metadata: MetadataPort;
  readonly #machine: Machine;
  readonly #launch: LaunchCommand;
  readonly #now: Clock;

  constructor(ports: {
    readonly metadata: MetadataPort;
    readonly machine: Machine;
    readonly launch: LaunchCommand;
    readonly now: Clock;
  }) {
    this.#metadata = ports.metadata;
    this.#machine = ports.machine;
    this.#launch = ports.launch;
    this.#now = ports.now;
  }

  get all(): readonly Connection[] {
    const parsed = recordSchema.safeParse(this.#metadata.get(KEY));
    return parsed.success ? parsed.data : [];
  }

  of(client: AgentClient): Connection | undefined {
    return this.all.find((connection) => connection.client === client.id);
  }

  fileOf(client: AgentClient): string {
    return client.file(this.#machine);
  }

  /** Whether the client's configuration names us now, whoever wrote that. */
  isConfigured(client: AgentClient): boolean {
    try {
      return hasEntry(readClientFile(this.fileOf(client)).text ?? '', client);
    } catch {
      return false;
    }
  }

  /**
   * What connecting would change. Throws `EntryError` or `ClientFileError`.
   *
   * @param servers the upstream MCP servers that get an entry each
   */
  planToConnect(client: AgentClient, servers: readonly string[] = []): PlannedChange {
    const file = readClientFile(this.fileOf(client));
    return { client, file, text: withEntries(file.text ?? '', client, entriesOf(client, this.#launch, servers)) };
  }

  /** What disconnecting would change: the file as it was, or all of it but our entries. Throws as above. */
  planToDisconnect(client: AgentClient): PlannedChange {
    const file = readClientFile(this.fileOf(client));
    const made = this.of(client);
    if (file.text !== undefined && made?.after === digest(file.text)) {
      const before = made.backup === undefined ? undefined : textOf(made.backup);
      if (made.backup === undefined || before !== undefined) return { client, file, text: before };
    }
    return { client, file, text: file.text === undefined ? undefined : withoutEntries(file.text, client) };
  }

  /** Makes it, with a copy of the file as it was. Gives the copy's path; undefined when there was no file. */
  async connect({ client, file, text }: PlannedChange): Promise<string | undefined> {
    if (text === undefined) throw new Error('Connecting removes no file.');
    const former = this.of(client);
    const backup = file.text === undefined ? undefined : backUp(file, new Date(this.#now()));
    try {
      replaceClientFile(file, text);
    } catch (error) {
      if (backup !== undefined) fs.rmSync(backup, { force: true });
      throw error;
    }
    // Connected twice: the way back leads to before the first time, as long as nobody else wrote in between.
    const continues = former !== undefined && file.text !== undefined && former.after === digest(file.text);
    if (continues && backup !== undefined) fs.rmSync(backup, { force: true });
    const kept = continues ? former.backup : backup;
    // No way back leads to the former copy any more, and it may hold other servers' secrets.
    if (!continues && former?.backup !== undefined) fs.rmSync(former.backup, { force: true });
    const made = { client: client.id, file: file.named, after: digest(text) };
    await this.#keep([...this.#others(client), kept === undefined ? made : { ...made, backup: kept }]);
    return kept;
  }

  /** Makes it, and takes the copy away: what it held is back in its place, or newer in the file itself. */
  async disconnect({ client, file, text }: PlannedChange): Promise<void> {
    if (text !== file.text) replaceClientFile(file, text);
    const backup = this.of(client)?.backup;
    await this.#keep(this.#others(client));
    if (backup !== undefined) fs.rmSync(backup, { force: true });
  }

  /**
   * Takes away the copies of files that others wrote to since: undoing will take out our entries alone, and a secret that
   * just left such a file would stay in its copy.
   */
  async dropOutdatedCopies(): Promise<void> {
    const outdated = this.all.filter(
      ({ file, after, backup }) => backup !== undefined && digest(textOf(file) ?? '') !== after,
    );
    if (outdated.length === 0) return;
    const current = this.all.filter((connection) => !outdated.some(({ client }) => client === connection.client));
    // Nothing has an empty digest: no text is ever taken for the one that was written then.
    await this.#keep([...current, ...outdated.map(({ client, file }) => ({ client, file, after: '' }))]);
    for (const { backup } of outdated) if (backup !== undefined) fs.rmSync(backup, { force: true });
  }

  #others(client: AgentClient): readonly Connection[] {
    return this.all.filter((connection) => connection.client !== client.id && clientOf(connection.client));
  }

  async #keep(connections: readonly Connection[]): Promise<void> {
    await this.#metadata.update(KEY, connections);
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function textOf(file: string): string | undefined {
  try {
    return readPlainFile(file);
  } catch {
    return undefined;
  }
}
