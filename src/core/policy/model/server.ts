import type { Limits } from '../../limits/limitsModel.ts';
import type { BaseUrl } from '../../net/baseUrl.ts';
import type { Network } from '../../net/network.ts';
import type { Phrase } from '../../text/phrase.ts';
import type { Span } from '../../text/span.ts';
import type { NamePattern } from '../patterns/namePattern.ts';

/** Where a value of `env` or `headers` comes from. */
export type ServerValue =
  | { readonly from: 'literal'; readonly text: string }
  /** A credential that the user keeps under this name; `prefix` is put before it, such as `Bearer `. */
  | { readonly from: 'credential'; readonly credential: string; readonly prefix: string };

/** One variable of a server's environment, or one header of the requests to it. */
export interface ServerVariable {
  /** As written; header names in lower case. */
  readonly name: string;
  readonly value: ServerValue;
}

/** How the real server is reached. */
export type ServerRun =
  | { readonly by: 'command'; readonly command: string; readonly args: readonly string[] }
  | { readonly by: 'url'; readonly baseUrl: BaseUrl; readonly network: Network };

/** Tool names by pattern: deny over ask over allow, and what neither `allow` nor `ask` names is denied. */
export interface ServerTools {
  readonly allow: readonly NamePattern[];
  readonly ask: readonly NamePattern[];
  readonly deny: readonly NamePattern[];
}

/** An upstream MCP server: one of somebody else's, which the gateway starts or connects to in the agent's place. */
export interface Server {
  readonly name: string;
  readonly description?: string;
  readonly run: ServerRun;
  /** `env` of a command, `headers` of a URL. */
  readonly variables: readonly ServerVariable[];
  readonly tools: ServerTools;
  readonly limits: Limits;
  /** The server's key in the text. */
  readonly span: Span;
  readonly line: number;
}

/** What the policy says of one tool. */
export interface ToolDecision {
  readonly verdict: 'allow' | 'ask' | 'deny';
  /** The pattern that decided; absent when nothing matched (default deny). */
  readonly pattern?: NamePattern;
  /** One sentence that the user understands. */
  readonly reason: Phrase;
}
