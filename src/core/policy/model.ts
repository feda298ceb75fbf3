import type { Method, RequestInput } from '../request/model.ts';
import type { Position, Severity, Span } from '../text/span.ts';
import type { Pattern } from './pattern.ts';
import type { Restrictions } from './restrictionModel.ts';
import type { Server } from './servers/model.ts';

export interface RelatedPlace {
  readonly span: Span;
  readonly start: Position;
  readonly end: Position;
  readonly message: string;
}

export interface ProblemData {
  /** Whose rule or setting it is. */
  readonly service?: string;
  /** Such as `stripe/policies/2`. */
  readonly rule?: string;
  /** For `wrong-type`: it stands where a text is wanted, and is none for want of quotes. */
  readonly unquoted?: true;
  /** For `missing-key`: what to add, to the map at the problem's place or to the value of the key there. */
  readonly add?: { readonly pair: string; readonly to: 'map' | 'value' };
}

/** One thing that is wrong, or unwise, in a policy text. */
export interface Problem {
  /** Stable, kebab-case; documented in docs/policy.md. */
  readonly code: string;
  readonly severity: Severity;
  /** Says what is wrong and what to write instead. Never quotes a literal credential. */
  readonly message: string;
  readonly span: Span;
  readonly start: Position;
  readonly end: Position;
  /** Other places in the text that this is about, such as the rule that covers this one. */
  readonly related?: readonly RelatedPlace[];
  /** What a quick fix needs to know beyond the code and the place. */
  readonly data?: ProblemData;
  /** For `unknown-key` and the like: the spelling that was probably meant. */
  readonly suggestion?: string;
}

export type Network = 'public' | 'private' | 'loopback';

/** How the credential authenticates a request, and where it goes. docs/auth.md has a section for each type. */
export type Auth =
  | { readonly type: 'bearer' }
  | { readonly type: 'basic'; readonly username?: string }
  | { readonly type: 'header'; readonly name: string; readonly prefix?: string }
  | { readonly type: 'query'; readonly name: string }
  | OAuth2Auth
  | AwsSigV4Auth
  | GithubAppAuth
  | GoogleServiceAccountAuth
  | JwtAuth
  | HmacAuth
  | VscodeSessionAuth;

/** An access token from a token endpoint (RFC 6749), sent as a bearer token. */
export interface OAuth2Auth {
  readonly type: 'oauth2';
  readonly grant: 'client_credentials' | 'refresh_token' | 'authorization_code';
  readonly tokenUrl: BaseUrl;
  /** Where the person signs in: for `authorization_code` alone. */
  readonly authorizationUrl?: BaseUrl;
  readonly clientId: string;
  /** How a client secret is sent; `basic` when left out. Without a secret the client is a public one. */
  readonly clientAuth?: 'basic' | 'post';
  readonly scopes?: readonly string[];
  readonly audience?: string;
}

/** AWS Signature Version 4 in the `authorization` header. */
export interface AwsSigV4Auth {
  readonly type: 'aws-sigv4';
  readonly region: string;
  readonly service: string;
  /** `unsigned` leaves the body out of the signature: S3 alone takes that. */
  readonly payload?: 'signed' | 'unsigned';
}

/** An installation token of a GitHub App, from the service's own base URL. */
export interface GithubAppAuth {
  readonly type: 'github-app';
  readonly appId: string;
  readonly installationId: string;
  /** Names without the owner: the token reaches these alone. */
  readonly repositories?: readonly string[];
  /** Such as `contents: read`: the token may do this alone. */
  readonly permissions?: Readonly<Record<string, string>>;
}

/** An access token (scopes) or an ID token (audience) of a Google service account. */
export interface GoogleServiceAccountAuth {
  readonly type: 'google-service-account';
  readonly scopes?: readonly string[];
  readonly audience?: string;
  /** The user to act as, where domain-wide delegation allows it. */
  readonly subject?: string;
  readonly tokenUrl: BaseUrl;
}

export type JwtAlgorithm = 'RS256' | 'ES256' | 'EdDSA' | 'HS256';

/** A JWT that is signed here, sent as a bearer token or in a header of the API's own. */
export interface JwtAuth {
  readonly type: 'jwt';
  readonly alg: JwtAlgorithm;
  readonly keyId?: string;
  readonly claims?: Readonly<Record<string, string>>;
  /** How long each token lives, in milliseconds; five minutes when left out. */
  readonly lifetimeMs?: number;
  readonly name?: string;
  readonly prefix?: string;
}

/** A signature over parts of the request, in a header. */
export interface HmacAuth {
  readonly type: 'hmac';
  readonly hash: 'sha256' | 'sha512' | 'sha1';
  readonly encoding: 'hex' | 'base64';
  /** What is signed, with placeholders such as `{timestamp}` and `{body}`. */
  readonly sign: string;
  readonly name: string;
  /** Stands before the signature in the header, with the same placeholders but those of the body. */
  readonly prefix?: string;
  readonly timestampHeader?: string;
  readonly timestampFormat?: 'seconds' | 'milliseconds' | 'iso';
  readonly nonceHeader?: string;
  /** How the credential spells the key; `text` when left out. */
  readonly keyEncoding?: 'text' | 'base64' | 'hex';
}

/** The session that VS Code itself has with GitHub or Microsoft, sent as a bearer token. Nothing is stored. */
export interface VscodeSessionAuth {
  readonly type: 'vscode-session';
  readonly provider: 'github' | 'microsoft';
  readonly scopes: readonly string[];
}

/** A service's `baseUrl`, checked: see core/net. */
export interface BaseUrl {
  /** As written. */
  readonly text: string;
  /** Scheme, host and port in WHATWG form, such as `https://api.stripe.com` or `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly protocol: 'https:' | 'http:';
  /** Lower case, IPv6 without brackets. */
  readonly hostname: string;
  /** Always a number, also where the scheme's default applies. */
  readonly port: number;
  /** The `Host` header's value. */
  readonly host: string;
  /** The path prefix in canonical form without a final slash; empty for none. */
  readonly prefix: string;
}

export type RuleEffect = 'allow' | 'deny';

/** How an allow rule asks a person: every time, or with ten minutes as a choice. */
export type Approval = 'always' | 'remember';

export interface Rule extends Restrictions {
  /** Stable within a document: `stripe/policies/2`. */
  readonly id: string;
  readonly effect: RuleEffect;
  /** An allow rule has a list; a deny rule without one denies every method. */
  readonly methods?: ReadonlySet<Method>;
  readonly pattern: Pattern;
  /** Only on an allow rule, which it makes an ask rule: it grants strictly, and asks generously. */
  readonly approval?: Approval;
  readonly span: Span;
  /** Line of the rule in its file, from 1. */
  readonly line: number;
}

export interface Rate {
  readonly count: number;
  readonly per: 'second' | 'minute' | 'hour' | 'day';
}

/** A service's limits with the defaults filled in. Bytes and milliseconds. */
export interface Limits {
  readonly requests?: Rate;
  /** `requests` counts for each agent apart, by its short name. */
  readonly perAgent?: true;
  readonly concurrent: number;
  readonly responseBytes: number;
  readonly requestBytes: number;
  readonly timeoutMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  concurrent: 16,
  // What is redacted at once must not hold up a freeze: some ten milliseconds of work.
  responseBytes: 1024 * 1024,
  requestBytes: 1024 * 1024,
  timeoutMs: 30_000,
};

export interface ServiceHeaders {
  /** Fixed vendor headers, lower-case names. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Caller headers let through beyond the standard ones, lower-case names. */
  readonly allow: readonly string[];
}

/** A read that shows whether the API takes the credential. The path may carry a query. */
export interface VerifyRequest {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
}

export interface Service {
  readonly name: string;
  readonly description?: string;
  readonly baseUrl: BaseUrl;
  readonly environment?: string;
  readonly network: Network;
  readonly auth: Auth;
  readonly headers: ServiceHeaders;
  readonly rules: readonly Rule[];
  readonly limits: Limits;
  /** What a person's *Verify Credential* sends; it needs no rule. */
  readonly verify?: VerifyRequest;
  /** After how many days the credential should be replaced. */
  readonly rotateEveryDays?: number;
  /** The service's key in the text. */
  readonly span: Span;
  readonly line: number;
}

/** Whose file it is: an administrator's may also say which origins any file may name. */
export type PolicyAuthor = 'person' | 'administrator';

/** A call to a tool of a wrapped server, as `decide` takes it. */
export interface ToolCallInput {
  readonly server: string;
  readonly tool: string;
}

/** One entry of `tests`: what the file's author expects of a request. */
export interface PolicyTest {
  readonly name: string;
  readonly request: (RequestInput & { readonly agent?: string }) | ToolCallInput;
  readonly expect: Verdict;
  readonly span: Span;
  /** The name of the request's service or server. */
  readonly targetSpan: Span;
  /** From 1. */
  readonly line: number;
}

/** A policy document without any error. */
export interface Policy {
  readonly services: ReadonlyMap<string, Service>;
  /** The file's `tests`, in their order. */
  readonly tests: readonly PolicyTest[];
  /** Wrapped MCP servers. No name is both a service's and a server's. */
  readonly servers: ReadonlyMap<string, Server>;
  /** In an administrator's file: the only origins that services may have, such as `https://api.stripe.com`. */
  readonly allowedOrigins?: readonly string[];
}

/** What the core makes of a policy text. `policy` is there only when no problem is an error. */
export interface PolicyDocument {
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly policy?: Policy;
}

export type Verdict = 'allow' | 'ask' | 'deny';

/** What one policy says about one request. */
export interface Decision {
  readonly verdict: Verdict;
  /** The rule that decided; absent when nothing matched (default deny). With `ask`, the strictest that asks. */
  readonly rule?: Rule;
  /** One sentence that a person understands. */
  readonly reason: string;
}
