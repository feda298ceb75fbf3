import type { LineIndex } from '../../text/lineIndex.ts';
import type { Phrase } from '../../text/phrase.ts';
import type { Position, Severity, Span } from '../../text/span.ts';

/** Which client a file configures. */
export type ClientName =
  | 'vscode'
  | 'claude-desktop'
  | 'claude-code'
  | 'cursor'
  | 'windsurf'
  | 'cline'
  | 'continue'
  | 'gemini-cli'
  | 'codex'
  | 'opencode'
  | 'zed'
  | 'kiro'
  | 'junie'
  | 'roo'
  | 'kilo'
  | 'copilot-cli'
  | 'copilot'
  | 'visual-studio'
  | 'amazon-q'
  | 'warp'
  | 'goose'
  | 'lm-studio'
  | 'trae'
  | 'qwen-code'
  | 'amp'
  | 'crush'
  | 'factory'
  | 'antigravity'
  | 'augment'
  | 'kimi'
  | 'rovo-dev'
  | 'librechat'
  /** A file by a usual name that does not tell whose it is, such as a repository's `mcp.json`. */
  | 'other';

/** In Markdown, the YAML between the two lines of dashes at its beginning. */
export type ConfigFormat = 'jsonc' | 'toml' | 'yaml' | 'markdown';

/** One configuration file to look at. */
export interface ConfigFile {
  /** As shown and as in findings: absolute path or as given. */
  readonly path: string;
  readonly client: ClientName;
  readonly format: ConfigFormat;
  readonly text: string;
  /** user = the user's machine; workspace = belongs to a repository. */
  readonly scope: 'user' | 'workspace';
}

/** A text value and where it stands. A number or a boolean counts as its text. */
export interface Located {
  readonly value: string;
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
  /** The value as written, quotes included. */
  readonly span: Span;
}

/** A text value with the name of its variable, header or key. */
export interface Named extends Located {
  readonly name: string;
}

/** One MCP server as a client's file defines it. */
export interface ServerEntry {
  readonly name: string;
  /** JSON Pointer to the entry. */
  readonly pointer: string;
  /** The entry, whole. */
  readonly span: Span;
  readonly nameSpan: Span;
  readonly transport: 'stdio' | 'http' | 'sse' | 'unknown';
  readonly command?: Located;
  readonly args: readonly Located[];
  readonly env: readonly Named[];
  readonly headers: readonly Named[];
  readonly url?: Located;
  readonly envFile?: Located;
  readonly cwd?: Located;
  readonly disabled: boolean;
  /** Tools that the client runs without asking (`autoApprove`, `alwaysAllow`, `trust: true`, …). */
  readonly autoApproved?: readonly Located[];
  /** Every other text in the entry, by the key that it stands behind. */
  readonly others: readonly Named[];
  /** Numbers, true and false of the entry itself, such as its client's time-out; but for whether it is on, or trusted. */
  readonly settings: Readonly<Record<string, number | boolean>>;
}

/** A file as far as it could be read. `notes` say what could not, as findings of check 1: nothing can be said of it. */
export interface ReadConfig {
  readonly file: ConfigFile;
  readonly lines: LineIndex;
  readonly servers: readonly ServerEntry[];
  /** Texts outside of server entries that servers get, such as the defaults of `inputs` and a client's own `env`. */
  readonly loose: readonly Named[];
  readonly notes: readonly Finding[];
  /** There when nothing of it could be read. */
  readonly unread?: true;
}

export type CheckNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

export interface Finding {
  readonly check: CheckNumber;
  readonly severity: Severity;
  readonly file: string;
  readonly span: Span;
  readonly start: Position;
  readonly end: Position;
  readonly server?: string;
  /** JSON Pointer in the file. */
  readonly key?: string;
  /** Stable kebab-case; documented in docs/checkup.md. */
  readonly code: string;
  /** Never holds a secret: kind, place, last four of values of 16 or more. */
  readonly message: Phrase;
  /** What a fix would replace; applied only after confirmation. */
  readonly fix?: Fix;
  /** For findings about one secret: which. Its value is read again from the file at `key`. */
  readonly secret?: SecretPlace;
  /**
   * A keyed digest of what it is about: a secret's value and pointer, or the text that it stands at. Those who accept a finding
   * are remembered by it.
   */
  readonly digest?: string;
  /** What other checks say of the same secret. */
  readonly aspects?: readonly Aspect[];
  readonly related?: readonly { readonly file: string; readonly start: Position; readonly message: Phrase }[];
}

/** Another side of a finding: nothing to do besides. */
export type Aspect = Omit<Finding, 'aspects' | 'digest' | 'fix' | 'secret'>;

/** Plain data, which goes from thread to thread. */
export type Fix = { readonly kind: 'https'; readonly span: Span; readonly newText: string } | PinFix;

export interface PinFix {
  readonly kind: 'pin';
  readonly span: Span;
  readonly packageName: string;
  readonly ecosystem: 'npm' | 'pypi' | 'docker' | 'git' | 'deno';
  /** What `pinnedText` puts a version, or an image's digest, into. */
  readonly texts: { readonly version: string; readonly digest: string };
}

export interface SecretPlace {
  /** `GitHub token`, `connection string`, … */
  readonly kind: string;
  readonly where: 'env' | 'header' | 'arg' | 'url' | 'other';
  /** Variable or header name. */
  readonly name?: string;
  /** Of the secret itself inside the text (an Authorization header's token, a URL's password). */
  readonly valueSpan: Span;
  /** The same in the text as the client reads it, whose escapes and folds are undone: offsets in the value at `key`. */
  readonly within: Span;
  readonly last4?: string;
  /** Id of a known service (src/extension/services) that the shape or the name tells, such as `github`. */
  readonly provider?: string;
}
