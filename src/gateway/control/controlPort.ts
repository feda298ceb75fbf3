import type { AuditEvent } from '../../core/audit/auditEvent.ts';
import type { WantedRule } from '../../core/policy/learn/narrowestRule.ts';
import type { Call } from '../../core/request/arguments/call.ts';
import type { Secret } from '../../core/secret.ts';
import type { VerifyingRequest } from '../../core/services/verifyingRequest.ts';
import type { Phrase } from '../../core/text/phrase.ts';
import type { Answer, Refusal } from '../../protocol/messages.ts';

/**
 * The port between the gateway and whoever owns it, its *host*: the extension (over the private pipe, see `pipe.ts`), the
 * command line, or a test. Settings and operations go one way ({@link GatewayControl}), events and questions about stored
 * credentials the other ({@link GatewayEvents}).
 */

/**
 * The id of the administrator's file. It needs no approval and grants nothing: it is a ceiling on what it names, and it
 * closes everything when its text has errors or (`written` absent) cannot be read.
 */
export const ADMIN_POLICY_ID = 'admin';

/** One policy file as the host knows it. */
export interface PolicyFile {
  /** Stable for the window: `user`, `workspace:<folder uri>`, or {@link ADMIN_POLICY_ID}. */
  readonly id: string;
  /** What the user is shown: the file's path or a short name for it. */
  readonly label: string;
  /** The text that the user approved, already narrowed by later saves; absent when nothing was ever approved. */
  readonly approved?: string;
  /** The last valid text that was read from disk; absent when the file is missing. */
  readonly written?: string;
  /** Whether the file also grants, or (workspace file before its first approval) only restricts. */
  readonly grants: boolean;
}

/** For which origin and placement the user entered the credential. */
export interface Binding {
  /** Such as `https://api.stripe.com`. */
  readonly origin: string;
  /** Canonical text of where it goes, such as `bearer` or `query:<name>`: see core/policy/auth/authType.ts. */
  readonly placement: string;
}

/** What an API thinks of a credential, where that is not well of it: 401, or no clear answer to a verification. */
export type CredentialCondition = 'rejected' | 'unverified';

export interface Credential {
  readonly service: string;
  readonly value: Secret;
  readonly binding: Binding;
  /** As the host last knew it; what the gateway sees for itself counts until the host says something else. */
  readonly condition?: CredentialCondition;
  /** Milliseconds since the epoch; absent when the provider did not say. */
  readonly expiresAt?: number;
}

/** A value that was rotated or revoked: still taken out of answers until `until`. */
export interface RetiredCredential {
  readonly service: string;
  readonly value: Secret;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export interface CredentialSet {
  readonly current: readonly Credential[];
  readonly retired: readonly RetiredCredential[];
  /** Services whose credential the user removed with *Revoke* and did not add again. */
  readonly revoked: readonly string[];
  /** Services that may use a session of VS Code's own, and the destination for which the user allowed it. */
  readonly sessions?: readonly { readonly service: string; readonly binding: Binding }[];
  /** Services whose credential a command of the user's own choosing gives, when a call needs it. */
  readonly commands?: readonly CommandCredential[];
}

/**
 * A command that the user chose and confirmed in a dialog. It is started without a shell, with this environment alone, in
 * the home folder, and its standard output is the credential.
 */
export interface CredentialCommand {
  /** Absolute path, as the user was shown it. */
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface CommandCredential {
  readonly service: string;
  readonly binding: Binding;
  readonly command: CredentialCommand;
  /** How long a value may be used before the command is run again, in milliseconds. */
  readonly keepMs: number;
  /** Tells this permission from an earlier one of the same service: what that one gave is not used for it. */
  readonly id: string;
}

/** What a command gave, or why it gave nothing that can be used, in words that quote nothing of it. */
export type CommandOutcome =
  | { readonly value: Secret }
  | {
      readonly why: Phrase;
      /** The end of what it wrote to standard error, for the user; known and likely secrets are taken out. */
      readonly stderr?: string;
    };

export interface FreezeState {
  readonly all: boolean;
  readonly services: readonly string[];
}

/**
 * Which agents may call. All of it goes by what an agent says of itself, so that it is a convenience and no boundary.
 */
export interface AgentAdmission {
  /** Names of configuration entries that the user made; see `entry` in {@link ConnectedAgent}. */
  readonly entries: readonly string[];
  /** What agents call themselves (`clientInfo.name`) whom the user allowed. */
  readonly names: readonly string[];
  /** What agents call themselves whom the user froze. */
  readonly frozen: readonly string[];
}

/** One connection of a proxy. Every text in it is the agent's. */
export interface ConnectedAgent {
  /** Of the connection. */
  readonly id: string;
  /** The short name, as rules and the audit log have it. */
  readonly name: string;
  /** What it calls itself, without the name of the entry that it was started from; may be empty. */
  readonly rawName: string;
  readonly version?: string;
  /** The configuration entry that started the proxy, such as `vscode` or `claude-code`; absent for unknown ones. */
  readonly entry?: string;
  /** Process id of the MCP client. */
  readonly pid?: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly calls: number;
  /** When its last call ended, in milliseconds since the epoch; absent before the first. */
  readonly lastCall?: number;
  /** How many of the calls were refused. */
  readonly blocked: number;
  readonly state: 'allowed' | 'waiting' | 'frozen';
}

/** What a proxy needs to know to find the right window. Nothing of it is secret. */
export interface WindowInfo {
  /** Process id of the extension host, which is the parent of the proxies that VS Code starts. */
  readonly hostPid: number;
  /** Absolute paths of local workspace folders. */
  readonly folders: readonly string[];
  /** False in a window whose workspace is not trusted: every call is refused. */
  readonly trusted: boolean;
  /** When the window was last focused, in milliseconds since the epoch. */
  readonly focusedAt: number;
}

/** VS Code's own network settings; the gateway takes none from its environment. */
export interface NetworkSettings {
  /** `http.proxy`, such as `http://proxy.example:3128`. */
  readonly proxy?: string;
  /** `http.noProxy`. */
  readonly noProxy: readonly string[];
  /** Extra trusted certificates, PEM. */
  readonly certificates: readonly string[];
}

/** Everything that a gateway has to know. */
export interface GatewaySettings {
  readonly freeze: FreezeState;
  /** Which agents may call. Until it is set for the first time, every agent may. */
  readonly agents: AgentAdmission;
  readonly window: WindowInfo;
  readonly network: NetworkSettings;
  /** What the user has accepted of the tools of upstream MCP servers. A server that is left out counts as never seen. */
  readonly toolPins: readonly ServerPins[];
  readonly credentials: CredentialSet;
  /** Until they are set for the first time, every call is refused as too early. */
  readonly policies: readonly PolicyFile[];
}

/** What a gateway can be asked. */
export interface GatewayControl {
  /** Replaces each setting that is given, as a whole. In force when it resolves; a freeze at once. */
  set(settings: Partial<GatewaySettings>): Promise<void>;
  /** Records something that the user did (freeze, rotate, approve …) in the audit log. */
  recordControl(event: ControlEvent): Promise<void>;
  /**
   * Sends a harmless request to find out whether the API takes the stored credential, or a candidate for it: the one
   * that the approved policy names, else `known`. It is the user's own act and needs no rule; freeze, trust,
   * destination, redaction and the audit log hold as for any call.
   */
  verify(service: string, known: VerifyingRequest | undefined, options?: VerifyOptions): Promise<Verification>;
  /**
   * Exchanges what the browser brought back from the provider for tokens (`oauth2` with `grant: authorization_code`).
   * The host compared `state` before, and stores the credential that it gets.
   */
  redeem(service: string, redemption: Redemption): Promise<Redeemed>;
  /**
   * Runs a command that the user just confirmed, once, to find out whether it gives a credential. The host has shown
   * it to them; nothing is kept here.
   */
  tryCommand(service: string, command: CredentialCommand, signal?: AbortSignal): Promise<CommandOutcome>;
  /**
   * What would become of a request, and why; `added` is a rule that the user thinks of adding to the service's file. Nothing
   * is sent and nothing recorded.
   */
  explain(call: Call, added?: WantedRule): Promise<Explanation>;
  /** Sends a call of the user's own, which is judged, limited and recorded as an agent's is. */
  perform(call: Call, signal?: AbortSignal): Promise<Performed>;
  status(): Promise<GatewayStatus>;
  /** Ends these connections. Their proxies connect again when their agents call again. */
  disconnectAgents(ids: readonly string[]): Promise<void>;
  /**
   * The user's answer to a question as it was shown to them; in force when it resolves. False when the question is gone
   * (answered, withdrawn, or about another request): then nothing happened.
   */
  answerApproval(id: string, requestHash: string, answer: ApprovalAnswer): Promise<boolean>;
  /** What became of a rule that an agent asked for. */
  settleAccessRequest(id: string, outcome: AccessRequestOutcome): Promise<void>;
  /** Where the audit chain of this run stands, once everything up to there is on disk. `seq` is 0 without any record. */
  head(): Promise<AuditHead>;
}

export interface VerifyOptions {
  readonly candidate?: Candidate;
  readonly signal?: AbortSignal;
}

/** A value that the user just entered and that is not stored yet. */
export interface Candidate {
  readonly value: Secret;
  /** The destination for which the user entered it: it is sent nowhere else. */
  readonly binding: Binding;
  /** For a service that is only about to be added: a policy text that defines it. */
  readonly policy?: string;
}

/** An authorization code on its way to the token endpoint. */
export interface Redemption {
  /** The client secret, or (empty) none; with the destination for which the user entered it, as for any candidate. */
  readonly candidate: Candidate;
  readonly code: Secret;
  /** PKCE's `code_verifier` (RFC 7636). */
  readonly verifier: Secret;
  readonly redirectUri: string;
}

/** A refusal that is not worded yet: people read it in their own language. */
export type ToldRefusal = Omit<Refusal, 'message' | 'nextStep'> & {
  readonly message: Phrase;
  readonly nextStep: Phrase;
};

/** The credential to store, or what the user is told instead. */
export type Redeemed = { readonly renewal: Renewal } | { readonly refusal: ToldRefusal };

export interface Verification {
  /** `limited`: the API knows the credential and does not let it do this. `unverified`: there is no telling. */
  readonly outcome: 'ready' | 'limited' | 'rejected' | 'unverified';
  /** The HTTP status, when there was an answer. */
  readonly status?: number;
  /** Why it is `unverified`, in one sentence. */
  readonly why?: Phrase;
  /** Milliseconds since the epoch, when the answer said when the credential ends. */
  readonly expiresAt?: number;
  /** The candidate was used up by being tried (a rotating refresh token): this is to be stored in its place. */
  readonly renewal?: Renewal;
}

/** What an agent would get: the API's answer, or a refusal of the closed list. */
export type Performed = { readonly answer: Answer } | { readonly refusal: Refusal };

export interface Explanation {
  /** The exact method and URL that would be sent, without the credential; absent for what cannot be sent at all. */
  readonly request?: { readonly method: string; readonly url: string; readonly body?: string };
  /** Why it is allowed, and the rule's file and line; absent when it is refused. */
  readonly allowed?: {
    readonly reason: Phrase;
    readonly file: string;
    readonly line?: number;
    /** The user is asked about it before an agent's call is sent. */
    readonly asks?: true;
  };
  /** What the agent would be told instead of an answer. */
  readonly refusal?: ToldRefusal;
}

/** A point in the audit chain of one gateway run. */
export interface AuditHead {
  readonly gatewayId: string;
  readonly seq: number;
  readonly hash: string;
}

export interface ControlEvent {
  /** `freeze`, `unfreeze`, `rotate`, `revoke`, `add`, `approve` … */
  readonly action: string;
  readonly service?: string;
  /** What else it was about, such as the label of the policy file that was approved. */
  readonly subject?: string;
  readonly credential?: { readonly name: string; readonly last4: string };
}

export type ServiceStatus =
  | 'ready'
  | 'unverified'
  | 'expiring'
  | 'expired'
  | 'rejected'
  | 'missing_credential'
  | 'revoked'
  | 'frozen'
  | 'not_confirmed'
  | 'not_approved';

/** What mends a rejected credential that is not itself at fault: this machine's clock, or what the policy asks for. */
export type Remedy = 'clock' | 'policy';

export interface GatewayStatus {
  readonly gatewayId: string;
  readonly runtimeDir: string;
  readonly services: readonly {
    readonly name: string;
    readonly status: ServiceStatus;
    readonly why?: Phrase;
    /** Only of `rejected`. */
    readonly remedy?: Remedy;
    /** Who could change it, when that is not the user in VS Code. */
    readonly by?: 'administrator';
  }[];
  /** Upstream MCP servers. `missing_credential` and the like concern any of their credentials. */
  readonly servers: readonly ServerState[];
  readonly proxies: number;
  /** Calls under way. */
  readonly calls: number;
}

/** What the user is asked before a request is sent. Everything but `rule` and `credential` is the agent's choice. */
export interface ApprovalQuestion {
  readonly id: string;
  readonly service: string;
  readonly environment?: string;
  readonly method: string;
  /** Exact URL without credential. */
  readonly url: string;
  /** Headers that go along: the caller's, and those that policy sets. */
  readonly headers: readonly (readonly [string, string])[];
  /** The exact body that would be sent, as text. A known credential in it is shown as redacted. */
  readonly body?: { readonly contentType: string; readonly text: string };
  /** Which credential. */
  readonly credential?: { readonly name: string; readonly last4: string };
  /** Short and raw client name and version; the agent's own claim. */
  readonly agent: { readonly name: string; readonly rawName?: string; readonly version?: string };
  /** The agent's words, cleaned of control and bidirectional characters and cut. */
  readonly reason?: string;
  /** The rule that asks. */
  readonly rule: { readonly file: string; readonly line: number; readonly text: Phrase };
  /** Whether "for 10 minutes" may be offered (`approval: remember`). */
  readonly mayRemember: boolean;
  /** Milliseconds since the epoch when the question is withdrawn. */
  readonly expiresAt: number;
  readonly requestHash: string;
}

export type ApprovalAnswer = { readonly allow: false } | { readonly allow: true; readonly for: 'once' | '10m' };

/** Why a question is gone. */
export type ApprovalEnd = 'answered' | 'expired' | 'cancelled' | 'frozen' | 'changed';

/** `needless`: by now a rule would change nothing. */
export type AccessRequestOutcome = 'granted' | 'declined' | 'needless';

export interface ServerState {
  readonly name: string;
  readonly status: ServiceStatus;
  readonly why?: Phrase;
  readonly by?: 'administrator';
  /** Why it could not be started, or did not list its tools, when that was last tried. */
  readonly failure?: Phrase;
  /** Whether its process runs, or its connection stands, just now. */
  readonly running: boolean;
  /** As of the last time that its tools were listed; 0 before that. */
  readonly tools: { readonly offered: number; readonly usable: number; readonly waiting: number };
}

/** The hash of one tool's name, title, description, schemas and annotations. */
export interface ToolPin {
  readonly name: string;
  /** Hex SHA-256. */
  readonly hash: string;
}

/** The tools of one upstream MCP server that the user has accepted. */
export interface ServerPins {
  readonly server: string;
  readonly tools: readonly ToolPin[];
}

/** `pinned` tools can be used, as far as policy allows; the others are off until the user reviews them. */
export type ToolStatus = 'pinned' | 'new' | 'changed' | 'hidden_text';

export interface SeenTool extends ToolPin {
  readonly status: ToolStatus;
  /** Its definition as indented JSON, redacted, with what cannot be seen as escapes; cut at 20,000 characters. */
  readonly definition: string;
}

/** The tools that an upstream MCP server offers, whenever that is not what it offered before. All text in it is the server's. */
export interface ToolsSeen {
  readonly server: string;
  /** The server was never seen: what is `pinned` is to be kept, and given back by `setToolPins` from now on. */
  readonly first: boolean;
  readonly tools: readonly SeenTool[];
}

/** A rule that an agent asked for. All text in it is the agent's. */
export interface PendingAccessRequest {
  readonly id: string;
  readonly agent: string;
  readonly service: string;
  readonly method: string;
  /** Canonical path. */
  readonly path: string;
  readonly reason: string;
}

/** A credential that was renewed: what is to be stored in its place. */
export interface Renewal {
  readonly value: Secret;
  /** When it ends, in milliseconds since the epoch, where the provider says so. */
  readonly expiresAt?: number;
}

/** The right to renew one credential, which one gateway of all windows has at a time. */
export interface RenewalLease {
  readonly id: string;
  /** What is stored now, read afresh: another window may have renewed it since this gateway was last told. */
  readonly value: Secret;
}

/** What VS Code is asked for when it has the session. */
export interface SessionRequest {
  readonly service: string;
  readonly provider: 'github' | 'microsoft';
  readonly scopes: readonly string[];
  /** The last token was refused by the API: it must not be given again. */
  readonly refused: boolean;
}

/**
 * What a gateway asks of its host so that credentials which change by being used are never lost. A gateway may end
 * between any two of these calls; the host then has to end its lease.
 */
export interface TokenStore {
  /**
   * Resolves when this gateway alone may renew the service's credential: at once, or when whoever has the lease gives it
   * back, ends or exceeds a minute. Undefined when there is nothing to renew or the wait was too long.
   */
  leaseRenewal(service: string): Promise<RenewalLease | undefined>;
  /**
   * Stores it in the place of the lease's value, and resolves once it was read back: the new refresh token is not used
   * before. It is stored even if the gateway ends meanwhile. Rejects when it cannot be, and when the lease's value is no
   * longer the stored one: then the user rotated or revoked it, and that counts.
   */
  storeRenewal(lease: string, renewal: Renewal): Promise<void>;
  releaseRenewal(lease: string): Promise<void>;
  /** The token of a session that VS Code has, without asking anybody; undefined when there is none. */
  session(wanted: SessionRequest): Promise<Secret | undefined>;
}

/** What a gateway can tell its host. */
export interface GatewayEvents {
  /** Left out, nothing that changes by being used can be used. */
  readonly tokenStore?: TokenStore;
  /** One audit event, as recorded; `line` is the human line. */
  onAudit(event: AuditEvent & { readonly time: string }, line: string): void;
  onAccessRequest(request: PendingAccessRequest): void;
  /** All agents that are connected, whenever something about them changed; at most a few times a second. */
  onAgents(agents: readonly ConnectedAgent[]): void;
  onApproval(question: ApprovalQuestion): void;
  onApprovalGone(id: string, why: ApprovalEnd): void;
  onToolsSeen(seen: ToolsSeen): void;
  /** The state of a server has changed by itself: it could not be started, or works again. */
  onServersChanged(): void;
  /** A diagnostic for the product's own log. Never holds a credential. */
  onLog(level: 'info' | 'warn' | 'error', message: string): void;
}
