import { checkup } from '../../../src/core/checkup/checkup.ts';
import { sidesOf } from '../../../src/core/checkup/findings/aspects.ts';
import type { ConfigFile, Finding, ReadConfig } from '../../../src/core/checkup/model/checkupModel.ts';
import type { CheckupContext } from '../../../src/core/checkup/model/context.ts';
import { readConfig } from '../../../src/core/checkup/read/readConfig.ts';

export const NOW = Date.parse('2026-05-03T10:00:00Z');

/** A context with nothing of Valet Key's own in it. The fingerprint tells values apart and holds none. */
export function context(more: Partial<CheckupContext> = {}): CheckupContext {
  const seen = new Map<string, string>();
  return {
    now: NOW,
    fingerprint: (value) => {
      if (!seen.has(value)) seen.set(value, `fingerprint-${seen.size}`);
      return seen.get(value) ?? '';
    },
    ...more,
  };
}

export function read(text: string, more: Partial<ConfigFile> = {}): ReadConfig {
  return readConfig({
    path: '/w/.mcp.json',
    client: 'claude-code',
    format: 'jsonc',
    scope: 'workspace',
    ...more,
    text,
  });
}

/** A file with one server called `s`. */
export function withServer(server: unknown): ReadConfig {
  return read(JSON.stringify({ mcpServers: { s: server } }, undefined, 2));
}

/** What a checkup of files finds, as `code key`: for one check also what it says beneath a secret, or all findings. */
export function found(configs: readonly ReadConfig[], check?: number, more: Partial<CheckupContext> = {}): string[] {
  return findings(configs, check, more).map(({ code, key }) => (key === undefined ? code : `${code} ${key}`));
}

export function findings(
  configs: readonly ReadConfig[],
  check?: number,
  more: Partial<CheckupContext> = {},
): readonly Finding[] {
  const all = checkup(configs, context(more));
  return check === undefined ? all : all.flatMap(sidesOf).filter((one) => one.check === check);
}
