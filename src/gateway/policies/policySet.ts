import { lowerLimits } from '../../core/limits/limits.ts';
import type { Limits } from '../../core/limits/limitsModel.ts';
import { furtherOrigins } from '../../core/policy/auth/authTypes.ts';
import { describeAuth } from '../../core/policy/compare/definition.ts';
import { strictness } from '../../core/policy/compare/strictness.ts';
import { type CompiledService, compileService, decide } from '../../core/policy/decide/decide.ts';
import { RequestReading } from '../../core/policy/decide/requestReading.ts';
import { decideWithRule } from '../../core/policy/learn/addedRule.ts';
import type { WantedRule } from '../../core/policy/learn/narrowestRule.ts';
import type { Decision } from '../../core/policy/model/decision.ts';
import type { Policy, PolicyAuthor, PolicyDocument } from '../../core/policy/model/policy.ts';
import type { Rule } from '../../core/policy/model/rule.ts';
import type { Service } from '../../core/policy/model/service.ts';
import type { CanonicalRequest } from '../../core/request/parts/requestModel.ts';
import { phrase } from '../../core/text/phrase.ts';
import { ADMIN_POLICY_ID, type PolicyFile } from '../control/controlPort.ts';
import { absentHalf, bothHalves, type Lookup, mostBytes, NOBODY, type Opinion, unequalHalf } from './jointVerdict.ts';
import { RuleKeys } from './ruleKeys.ts';

/** One text of one file, compiled. */
type Compiled = ReadonlyMap<string, CompiledService>;

interface Document {
  readonly id: string;
  readonly label: string;
  readonly grants: boolean;
  readonly approved: Compiled;
  readonly written: Compiled;
  /** The administrator's: not even a name comes from it. */
  readonly ceiling: boolean;
}

/** What the administrator's file says about all services. */
interface Ceiling {
  readonly label: string;
  /** Its text has errors or cannot be read: nothing passes until it can. */
  readonly broken: boolean;
  readonly allowedOrigins?: readonly string[];
}

/** A service as all documents together define it. */
export interface ServiceInForce {
  readonly service: Service;
  /** The lowest limits of all documents. */
  readonly limits: Limits;
  readonly documents: readonly Part[];
  /**
   * `agent` is the client's short name; without one, rules for certain agents allow nothing. `reading` is what is shared by
   * all that is asked about one request.
   */
  readonly decide: (request: CanonicalRequest, agent?: string, reading?: RequestReading) => JointDecision;
  /** Decides file by file, with a turn for others in between, so that `decide` with the same reading looks up what each says. */
  readonly decideAhead: (
    request: CanonicalRequest,
    agent: string | undefined,
    reading: RequestReading,
    turn: () => Promise<void>,
  ) => Promise<void>;
  /** The same if the user added this rule to the file that defines the service. */
  readonly decideWith: (
    added: WantedRule,
    request: CanonicalRequest,
    agent?: string,
    reading?: RequestReading,
  ) => JointDecision;
}

/** One document's say in a service. */
interface Part {
  readonly document: Document;
  readonly approved?: CompiledService;
  readonly written?: CompiledService;
}

type ServiceLookup = Lookup<ServiceInForce, Service>;

/** What all documents together say of one request: the strictest of their verdicts. */
export interface JointDecision extends Decision, Opinion {
  /** With the verdict `ask`: one rule of each document, and of each of its halves, that asks. */
  readonly asking: readonly AskingRule[];
}

/** A rule that asks about a request. */
export interface AskingRule {
  /** The file's label. */
  readonly label: string;
  readonly rule: Rule;
  /** The file and all that the rule says, wherever in the file it stands: two with one key ask the same. */
  readonly key: string;
}

const NOT_ASKING: Pick<Decision, 'verdict' | 'rule'> = { verdict: 'deny' };

const NOTHING: Compiled = new Map();

/**
 * The policy documents of a gateway. A request passes only if, in every document that names the service, the approved
 * text allows it *and* the written text allows it (docs/policy.md, *Approved and written*).
 */
export class PolicySet {
  readonly #documents: readonly Document[];
  readonly #lookups = new Map<string, ServiceLookup>();
  readonly #keys = new RuleKeys();
  #serviceNames: readonly string[] | undefined;
  #mostBytes: number | undefined;

  readonly #ceiling: Ceiling | undefined;

  private constructor(documents: readonly Document[], ceiling?: Ceiling) {
    this.#documents = documents;
    this.#ceiling = ceiling;
  }

  static readonly EMPTY = new PolicySet([]);

  /**
   * `parse` gives a text's document; a text with errors (or one that cannot be parsed in time) grants nothing. `turn` is waited
   * for between two services, so that other events have their turn.
   */
  static async from(
    files: readonly PolicyFile[],
    parse: (text: string, author: PolicyAuthor) => Promise<PolicyDocument>,
    turn: () => Promise<void> = async () => undefined,
  ): Promise<PolicySet> {
    const read = async (text: string | undefined, author: PolicyAuthor): Promise<Policy | undefined> =>
      text === undefined ? undefined : (await parse(text, author)).policy;
    const documents: Document[] = [];
    let ceiling: Ceiling | undefined;
    for (const { id, label, grants, approved, written } of files) {
      if (id === ADMIN_POLICY_ID) {
        const policy = await read(written, 'administrator');
        ceiling = { label, broken: policy === undefined, ...originsOf(policy) };
        documents.push({
          id,
          label,
          grants: false,
          approved: NOTHING,
          written: await compile(policy, turn),
          ceiling: true,
        });
        continue;
      }
      const compiled = await compile(await read(approved, 'user'), turn);
      const asWritten = written === approved ? compiled : await compile(await read(written, 'user'), turn);
      documents.push({ id, label, grants, approved: compiled, written: asWritten, ceiling: false });
    }
    return new PolicySet(documents, ceiling);
  }

  /** The user's and the administrator's documents: for a proxy that cannot be told to belong to this window. */
  withoutWorkspaces(): PolicySet {
    return new PolicySet(
      this.#documents.filter(({ id }) => !id.startsWith('workspace:')),
      this.#ceiling,
    );
  }

  /** Every name that some document of the user has, in order of the alphabet. */
  get serviceNames(): readonly string[] {
    this.#serviceNames ??= namesOf(this.#documents);
    return this.#serviceNames;
  }

  /** As much as the user lets any service take, in bytes, whatever other files say of it. */
  get mostBytes(): number {
    this.#mostBytes ??= mostBytes(
      this.#documents.flatMap(({ grants, approved }) => (grants ? [...approved.values()] : [])).map((c) => c.service),
    );
    return this.#mostBytes;
  }

  find(name: string): ServiceLookup {
    let lookup = this.#lookups.get(name);
    if (lookup === undefined) {
      lookup = this.#find(name);
      // Agents can ask for any name; only those that exist are worth remembering.
      if (lookup.found !== 'unknown') this.#lookups.set(name, lookup);
    }
    return lookup;
  }

  #find(name: string): ServiceLookup {
    const naming = this.#documents
      .map((document) => ({ document, approved: document.approved.get(name), written: document.written.get(name) }))
      .filter(({ approved, written }) => approved !== undefined || written !== undefined);
    if (naming.every(({ document }) => document.ceiling)) return { found: 'unknown' };
    if (this.#ceiling?.broken) {
      return {
        found: 'not_approved',
        why: phrase`${this.#ceiling.label} cannot be read or has errors, so nothing is allowed`,
        by: 'administrator',
      };
    }

    const granting = naming.filter(({ document }) => document.grants);
    const defining = granting.find(({ approved }) => approved !== undefined);
    const definition = defining?.approved?.service;
    if (definition === undefined) {
      return {
        found: 'not_approved',
        why: phrase`${naming[0]?.document.label ?? ''} names ${name}, but the user has not approved that yet`,
        by: 'user',
      };
    }
    const halves = naming.map(({ document, approved, written }) => ({
      document,
      approved: approved?.service,
      written: written?.service,
    }));
    const unequal = unequalHalf(name, definition, halves, differingPart) ?? absentHalf(name, halves);
    if (unequal) return unequal;
    const unlisted = [definition.baseUrl.origin, ...furtherOrigins(definition.auth)].find(
      (origin) => this.#ceiling?.allowedOrigins?.includes(origin) === false,
    );
    if (unlisted !== undefined) {
      return {
        found: 'not_approved',
        why: phrase`${this.#ceiling?.label ?? ''} does not list ${unlisted} among its allowedOrigins`,
        by: 'administrator',
      };
    }
    const documents: readonly Part[] = naming.map(({ document, approved, written }) => ({
      document,
      ...(approved ? { approved } : {}),
      ...(written ? { written } : {}),
    }));
    const services = naming
      .flatMap(({ approved, written }) => [approved, written])
      .flatMap((c) => (c ? [c.service] : []));
    return {
      found: 'in_force',
      inForce: {
        service: { ...definition, headers: { ...definition.headers, allow: allowedByAll(services) } },
        limits: services.map(({ limits }) => limits).reduce(lowerLimits),
        documents,
        decide: (request, agent, reading = new RequestReading(request)) =>
          decideJointly(documents, request, this.#keys, (_, compiled) => decide(compiled, request, agent, reading)),
        decideAhead: async (request, agent, reading, turn) => {
          for (const compiled of documents.flatMap(({ approved, written }) => [approved, written])) {
            await turn();
            const { verdict, rule } = compiled ? decide(compiled, request, agent, reading) : NOT_ASKING;
            await turn();
            if (verdict === 'ask' && rule) this.#keys.saidBy(rule);
          }
        },
        decideWith: (added, request, agent, reading = new RequestReading(request)) =>
          decideJointly(documents, request, this.#keys, (document, compiled) =>
            document === defining?.document
              ? decideWithRule(compiled, added, request, agent, reading)
              : decide(compiled, request, agent, reading),
          ),
      },
    };
  }
}

function namesOf(documents: readonly Document[]): readonly string[] {
  const names = documents
    .filter(({ ceiling }) => !ceiling)
    .flatMap(({ approved, written }) => [...approved.keys(), ...written.keys()]);
  return [...new Set(names)].sort();
}

async function compile(policy: Policy | undefined, turn: () => Promise<void>): Promise<Compiled> {
  const compiled = new Map<string, CompiledService>();
  for (const [name, service] of policy?.services ?? []) {
    await turn();
    compiled.set(name, compileService(service));
  }
  return compiled;
}

function originsOf(policy: Policy | undefined): Pick<Ceiling, 'allowedOrigins'> {
  return policy?.allowedOrigins === undefined ? {} : { allowedOrigins: policy.allowedOrigins };
}

/** The strictest verdict of all documents that name the service, each taken as approved ∧ written. */
function decideJointly(
  documents: readonly Part[],
  request: CanonicalRequest,
  keys: RuleKeys,
  decideBy: (document: Document, compiled: CompiledService) => Decision,
): JointDecision {
  let strictest: JointDecision | undefined;
  const asking: AskingRule[] = [];
  for (const part of documents) {
    const { document } = part;
    const { byApproved, byWritten, decision } = bothHalves(
      part,
      request.service,
      (half: CompiledService | undefined, absent): Decision =>
        half ? decideBy(document, half) : { verdict: 'deny', reason: phrase`${absent}.` },
      strictness,
    );
    for (const [half, { verdict, rule }] of Object.entries({ approved: byApproved, written: byWritten })) {
      if (verdict === 'ask' && rule)
        asking.push({ label: document.label, rule, key: keys.of(document.id, half, rule) });
    }
    if (!strictest || strictness(decision) > strictness(strictest)) strictest = { ...decision, asking };
  }
  const reason = phrase`No policy names this service.`;
  return strictest ?? { verdict: 'deny', reason, reasonForAgents: reason, ...NOBODY, asking };
}

function allowedByAll(services: readonly Service[]): readonly string[] {
  const [first, ...others] = services.map(({ headers }) => headers.allow);
  return (first ?? []).filter((name) => others.every((allow) => allow.includes(name)));
}

/** The part of the definition that two documents disagree on: where the credential goes, and how. */
function differingPart(a: Service, b: Service): string | undefined {
  if (a.baseUrl.origin !== b.baseUrl.origin || a.baseUrl.prefix !== b.baseUrl.prefix) return 'baseUrl';
  if (describeAuth(a.auth) !== describeAuth(b.auth)) return 'auth';
  if (a.network !== b.network) return 'network';
  return undefined;
}
