import { inEnglish } from '../core/text/phrase.ts';
import { BoundedPolicyParser } from '../policyWorker/policyParser.ts';
import { print } from './jsonLines.ts';
import { parseOptions, readText, UsageError } from './usage.ts';

export async function lintCommand(args: string[]): Promise<number> {
  const { positionals } = parseOptions(args, {}, true);
  if (positionals.length === 0) throw new UsageError('lint takes at least one file.');
  const parser = new BoundedPolicyParser(__filename);
  let findings = false;
  for (const file of positionals) {
    const problems = await parser.lint(readText(file));
    for (const { severity, code, message, start, end } of problems) {
      findings ||= severity !== 'information';
      print({
        file,
        line: start.line,
        column: start.column,
        endLine: end.line,
        endColumn: end.column,
        severity,
        code,
        message: inEnglish(message),
      });
    }
  }
  parser.dispose();
  return findings ? 1 : 0;
}
