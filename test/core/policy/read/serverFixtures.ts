import { expect } from 'vitest';
import type { Server } from '../../../../src/core/policy/model/server.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';

/** A policy text with one server of these tools. */
export function serverText(tools: Record<string, readonly string[]>, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ servers: { files: { command: 'files-server', tools, ...more } } });
}

/** The one server of a text that must have no error. */
export function serverOf(text: string): Server {
  const { policy, problems } = parsePolicy(text);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [server] = policy?.servers.values() ?? [];
  if (!server) throw new Error('the text has no server');
  return server;
}
