import type { RequestInput } from '../../request/parts/requestModel.ts';
import type { Problem } from '../../text/problem.ts';
import type { Span } from '../../text/span.ts';
import type { Verdict } from './decision.ts';
import type { Server } from './server.ts';
import type { Service } from './service.ts';

/** Whose file it is: an administrator's may also say which origins any file may name. */
export type PolicyAuthor = 'user' | 'administrator';

/** A call to a tool of an upstream MCP server, as `decide` takes it. */
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
  /** Upstream MCP servers. No name is both a service's and a server's. */
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

/** A way to read a policy text, such as `parsePolicy`, or one that remembers what it read. */
export type ReadPolicy = (text: string, author: PolicyAuthor) => PolicyDocument;
