import { phrase } from '../../text/phrase.ts';
import { findingIn, stateFinding } from '../findings/finding.ts';
import type { Finding, Located, ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import type { OwnContext } from '../model/context.ts';
import type { SecretUse } from '../secrets/secretUses.ts';

const DEBUG_OPTION =
  /^--?(?:debug|verbose|trace|vv+|log-level=(?:debug|trace|verbose|all)|loglevel=(?:debug|trace|verbose|silly)|inspect(?:-brk)?(?:=.*)?)$/i;
const LEVEL_NAME = /(?:^|_)LOG(?:GING)?_?LEVEL$|^RUST_LOG$/i;
const LEVEL = /^(?:debug|trace|verbose|all|silly|\d{2,})$|=(?:debug|trace)/i;
const DEBUG_NAME = /(?:^|_)(?:DEBUG|VERBOSE|TRACE)$|^NODE_DEBUG$/i;
const OFF = /^(?:|0|false|no|off|none)$/i;

/** Check 7: errors, logs and process lists show no secret. */
export function checkErrorLeaks(read: ReadConfig, server: ServerEntry, uses: readonly SecretUse[]): Finding[] {
  const words = new Set([server.command, ...server.args]);
  const inArguments = uses
    .filter(({ text }) => words.has(text))
    .map(({ text, place }) =>
      findingIn(read, 7, {
        severity: 'warning',
        code: 'secret-in-arguments',
        span: text.span,
        server: server.name,
        key: text.pointer,
        message: phrase`Arguments appear in the process list, where every program and many crash reports can read them. Pass the value through the environment, or better, through Valet Key.`,
        secret: place,
      }),
    );
  const debug: Located[] = [
    ...server.env.filter(
      ({ name, value }) => (DEBUG_NAME.test(name) && !OFF.test(value)) || (LEVEL_NAME.test(name) && LEVEL.test(value)),
    ),
    ...server.args.filter(({ value }) => DEBUG_OPTION.test(value)),
  ];
  return [
    ...inArguments,
    ...debug.map((text) =>
      findingIn(read, 7, {
        severity: 'information',
        code: 'debug-output',
        span: text.span,
        server: server.name,
        key: text.pointer,
        message: phrase`Verbose logs often contain requests with their credentials. Switch this off when you no longer need it.`,
      }),
    ),
  ];
}

/** What the self-test of Valet Key's own services found. */
export function checkOwnLeaks({ leaks = [] }: OwnContext): Finding[] {
  return leaks.map(({ service, place }) =>
    stateFinding(place, 7, {
      severity: 'error',
      code: 'error-shows-credential',
      message: phrase`An error response of ${service} contained the credential. Freeze the service and report this: it must not happen.`,
    }),
  );
}
