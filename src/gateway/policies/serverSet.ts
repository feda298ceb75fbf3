import { lowerLimits } from '../../core/limits/limits.ts';
import type { Limits } from '../../core/limits/limitsModel.ts';
import { differingServerPart } from '../../core/policy/compare/serverDestination.ts';
import { decideTool } from '../../core/policy/decide/decideTool.ts';
import type { Policy, PolicyAuthor, PolicyDocument } from '../../core/policy/model/policy.ts';
import type { Server, ToolDecision } from '../../core/policy/model/server.ts';
import { type Phrase, phrase } from '../../core/text/phrase.ts';
import { ADMIN_POLICY_ID, type PolicyFile } from '../control/controlPort.ts';
import { absentHalf, bothHalves, type Lookup, mostBytes, NOBODY, type Opinion, unequalHalf } from './jointVerdict.ts';

/** What one policy file says of servers. */
interface Document {
  readonly label: string;
  readonly workspace: boolean;
  readonly grants: boolean;
  /** The administrator's: it grants nothing, and not even a name comes from it. */
  readonly ceiling: boolean;
  readonly approved: Policy | undefined;
  readonly written: Policy | undefined;
}

/** An upstream MCP server as all documents together define it. */
export interface ServerInForce {
  readonly server: Server;
  /** The lowest limits of all documents. */
  readonly limits: Limits;
  readonly decide: (tool: string) => JointToolDecision;
}

type ServerLookup = Lookup<ServerInForce, Server>;

/** The strictest of what all documents say of one tool. */
export type JointToolDecision = ToolDecision & Opinion;

const RANK = { allow: 0, ask: 1, deny: 2 } as const;

/** The `servers` of all policy documents, each as approved ∧ written: what `PolicySet` is for services. */
export class ServerSet {
  readonly #documents: readonly Document[];
  readonly #ceilingBroken: boolean;
  readonly #lookups = new Map<string, ServerLookup>();
  #names: readonly string[] | undefined;
  #mostBytes: number | undefined;

  private constructor(documents: readonly Document[], ceilingBroken: boolean) {
    this.#documents = documents;
    this.#ceilingBroken = ceilingBroken;
  }

  static readonly EMPTY = new ServerSet([], false);

  /** `parse` gives a text's document; a text with errors grants nothing. */
  static async from(
    files: readonly PolicyFile[],
    parse: (text: string, author: PolicyAuthor) => Promise<PolicyDocument>,
  ): Promise<ServerSet> {
    const documents: Document[] = [];
    let ceilingBroken = false;
    for (const { id, label, grants, approved, written } of files) {
      const ceiling = id === ADMIN_POLICY_ID;
      const author = ceiling ? 'administrator' : 'user';
      const read = async (text: string | undefined): Promise<Policy | undefined> =>
        text === undefined ? undefined : (await parse(text, author)).policy;
      const asWritten = await read(written);
      if (ceiling) ceilingBroken = asWritten === undefined;
      documents.push({
        label,
        workspace: id.startsWith('workspace:'),
        grants: grants && !ceiling,
        ceiling,
        approved: ceiling ? undefined : await read(approved),
        written: asWritten,
      });
    }
    return new ServerSet(documents, ceilingBroken);
  }

  /** For a proxy that cannot be told to belong to this window. */
  withoutWorkspaces(): ServerSet {
    return new ServerSet(
      this.#documents.filter(({ workspace }) => !workspace),
      this.#ceilingBroken,
    );
  }

  /** Every name that some document of the user has, in order of the alphabet. */
  get names(): readonly string[] {
    this.#names ??= namesOf(this.#documents);
    return this.#names;
  }

  /** As much as the user lets any server take, in bytes, whatever other files say of it. */
  get mostBytes(): number {
    this.#mostBytes ??= mostBytes(
      this.#documents.flatMap(({ grants, approved }) => [...((grants && approved?.servers.values()) || [])]),
    );
    return this.#mostBytes;
  }

  find(name: string): ServerLookup {
    let lookup = this.#lookups.get(name);
    if (lookup === undefined) {
      lookup = this.#find(name);
      // Agents can ask for any name; only those that exist are worth remembering.
      if (lookup.found !== 'unknown') this.#lookups.set(name, lookup);
    }
    return lookup;
  }

  #find(name: string): ServerLookup {
    const naming = this.#documents
      .map((document) => ({
        document,
        approved: document.approved?.servers.get(name),
        written: document.written?.servers.get(name),
      }))
      .filter(({ approved, written }) => approved !== undefined || written !== undefined);
    if (naming.every(({ document }) => document.ceiling)) return { found: 'unknown' };
    const ceiling = this.#documents.find((document) => document.ceiling);
    if (this.#ceilingBroken) {
      return {
        found: 'not_approved',
        why: phrase`${ceiling?.label ?? ''} cannot be read or has errors, so nothing is allowed`,
        by: 'administrator',
      };
    }
    const service = this.#documents.find(
      ({ approved, written }) => approved?.services.has(name) || written?.services.has(name),
    );
    if (service) {
      return {
        found: 'not_approved',
        why: phrase`${service.label} has a service named ${name}, and a server of another file cannot share its name`,
        by: service.ceiling ? 'administrator' : 'user',
      };
    }
    const definition = naming.find(({ document, approved }) => document.grants && approved !== undefined)?.approved;
    if (definition === undefined) {
      return {
        found: 'not_approved',
        why: phrase`${naming[0]?.document.label ?? ''} names ${name}, but the user has not approved that yet`,
        by: 'user',
      };
    }
    const unequal = unequalHalf(name, definition, naming, differingServerPart) ?? absentHalf(name, naming);
    if (unequal) return unequal;
    const beyond = ceiling && this.#beyondCeiling(definition, ceiling);
    if (beyond !== undefined) return { found: 'not_approved', why: beyond, by: 'administrator' };
    const all = naming.flatMap(({ approved, written }) => [approved, written]).filter((one) => one !== undefined);
    return {
      found: 'in_force',
      inForce: {
        server: definition,
        limits: all.map(({ limits }) => limits).reduce(lowerLimits),
        decide: (tool) => decideJointly(name, naming, tool),
      },
    };
  }

  /** Where only some origins are allowed, a program could reach any other: the administrator names it, or it stays off. */
  #beyondCeiling({ name, run }: Server, { label, written }: Document): Phrase | undefined {
    const origins = written?.allowedOrigins;
    if (origins === undefined) return undefined;
    if (run.by === 'url') {
      return origins.includes(run.baseUrl.origin)
        ? undefined
        : phrase`${label} does not list ${run.baseUrl.origin} among its allowedOrigins`;
    }
    return written?.servers.has(name) ? undefined : phrase`${label} does not name the server ${name}`;
  }
}

function namesOf(documents: readonly Document[]): readonly string[] {
  const policies = documents.filter(({ ceiling }) => !ceiling).flatMap(({ approved, written }) => [approved, written]);
  return [...new Set(policies.flatMap((policy) => [...(policy?.servers.keys() ?? [])]))].sort();
}

function decideJointly(
  name: string,
  naming: readonly {
    readonly document: Document;
    readonly approved: Server | undefined;
    readonly written: Server | undefined;
  }[],
  tool: string,
): JointToolDecision {
  let strictest: JointToolDecision | undefined;
  for (const part of naming) {
    const { decision } = bothHalves(
      part,
      name,
      (half: Server | undefined, absent) => decisionOf(half, tool, absent),
      strictness,
    );
    if (!strictest || strictness(decision) > strictness(strictest)) strictest = decision;
  }
  const reason = phrase`No policy names this server.`;
  return strictest ?? { verdict: 'deny', reason, reasonForAgents: reason, ...NOBODY };
}

function strictness({ verdict }: ToolDecision): number {
  return RANK[verdict];
}

function decisionOf(server: Server | undefined, tool: string, absent: Phrase): ToolDecision {
  return server ? decideTool(server, tool) : { verdict: 'deny', reason: phrase`${absent}.` };
}
