import { runPolicyTests } from '../core/policy/lint/policyTests.ts';
import { inEnglish } from '../core/text/phrase.ts';
import { print } from './jsonLines.ts';
import { readPolicy } from './policyFile.ts';
import { parseOptions, UsageError } from './usage.ts';

/** Runs the `tests:` sections of policy files. */
export async function testCommand(args: string[]): Promise<number> {
  const { positionals } = parseOptions(args, {}, true);
  if (positionals.length === 0) throw new UsageError('test takes at least one file.');
  let failed = false;
  for (const file of positionals) {
    for (const { test, got, ok, reason } of runPolicyTests(await readPolicy(file))) {
      failed ||= !ok;
      print({ file, line: test.line, name: test.name, expect: test.expect, got, ok, reason: inEnglish(reason) });
    }
  }
  return failed ? 1 : 0;
}
