import './requireNode.ts';

import fs from 'node:fs';
import { serveCheckupJobs } from '../checkupWorker/checkupWorker.ts';
import { errorText } from '../core/errorText.ts';
import { printable } from '../core/text/printable.ts';
import { serveCleaning } from '../gateway/cleaning/cleaningWorker.ts';
import { servePolicyJobs } from '../policyWorker/policyWorker.ts';
import { auditCommand } from './audit.ts';
import { checkupCommand } from './checkup.ts';
import { decideCommand, explainCommand } from './decide.ts';
import { HELP } from './help.ts';
import { lintCommand } from './lint.ts';
import { serveCommand } from './serve.ts';
import { testCommand } from './test.ts';
import { UsageError } from './usage.ts';

/** Valet Key without VS Code: for continuous integration, tests and benchmarks. Exit status 0, 1 (findings), 2 (usage). */
const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  serve: serveCommand,
  decide: decideCommand,
  explain: explainCommand,
  lint: lintCommand,
  test: testCommand,
  checkup: checkupCommand,
  audit: auditCommand,
};

/**
 * Who reads the first lines alone (`| head -1`) wants no error for it, and gets the exit status that it would have been. On a full
 * disk the output is no output.
 */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  const why = error.code === 'ENOSPC' ? 'the disk is full' : (error.code ?? 'unknown');
  // At once: the status of a run whose findings nobody got must not be that of a clean one.
  fs.writeSync(
    2,
    `The output could not be written (${why}), so it is incomplete. Make room for it, and run this again.\n`,
  );
  process.exit(2);
}

/** Of an error's lines each: they name files and what stands in them. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP.main);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(`There is no command "${name}".`);
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(HELP[name as keyof typeof HELP]);
    return 0;
  }
  return command(rest);
}

if (!servePolicyJobs() && !serveCleaning() && !serveCheckupJobs()) {
  process.on('SIGUSR1', () => undefined); // otherwise the signal opens the inspector
  for (const stream of [process.stdout, process.stderr]) stream.on('error', outputFailed);
  main(process.argv.slice(2)).then(
    (status) => {
      process.exitCode = status;
    },
    (error: unknown) => {
      process.stderr.write(`${printableLines(errorText(error))}\n`);
      if (error instanceof UsageError) process.stderr.write('Run it with --help to see how it is used.\n');
      process.exitCode = 2;
    },
  );
}
