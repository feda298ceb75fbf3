import { phrase } from '../../text/phrase.ts';
import { findingIn, stateFinding } from '../findings/finding.ts';
import type { Finding } from '../model/checkupModel.ts';
import type { CheckupContext } from '../model/context.ts';
import { groupBy } from '../model/groupBy.ts';
import { wordsOfName } from '../secrets/names.ts';
import type { PlacedSecret } from './placedSecret.ts';

type Environment = 'production' | 'development' | 'staging' | 'test';

const WORDS: Readonly<Record<string, Environment>> = {
  prod: 'production',
  production: 'production',
  prd: 'production',
  live: 'production',
  dev: 'development',
  devel: 'development',
  development: 'development',
  local: 'development',
  staging: 'staging',
  stage: 'staging',
  stg: 'staging',
  preprod: 'staging',
  uat: 'staging',
  preview: 'staging',
  qa: 'staging',
  test: 'test',
  testing: 'test',
  tests: 'test',
  sandbox: 'test',
  ci: 'test',
};

const NAMES =
  /^(?:(?:NODE|APP|APPLICATION|DEPLOY|DEPLOYMENT|RAILS|FLASK|DJANGO|MIX|ASPNETCORE|SERVER)_)?(?:ENV|ENVIRONMENT|STAGE)$|_(?:ENV|ENVIRONMENT)$/;

/** Check 6: no credential serves two environments. One finding a value, at its production place if it has one. */
export function checkEnvironments(secrets: readonly PlacedSecret[]): Finding[] {
  const placed = secrets.flatMap((secret) => {
    const environment = environmentOf(secret);
    return environment === undefined ? [] : [{ secret, environment }];
  });
  const shared = groupBy(placed, ({ secret }) => secret.fingerprint).flatMap((group) => {
    if (new Set(group.map(({ environment }) => environment)).size < 2) return [];
    const main = group.find(({ environment }) => environment === 'production') ?? group[0];
    if (!main) return [];
    const others = group.filter((one) => one !== main && one.environment !== main.environment);
    const { read, use } = main.secret;
    return findingIn(read, 6, {
      severity: 'error',
      code: 'shared-between-environments',
      span: use.text.span,
      ...(use.server && { server: use.server.name }),
      key: use.text.pointer,
      message: phrase`The same ${use.place.kind} is used for ${main.environment} and ${others[0]?.environment ?? phrase`another environment`}, so a mistake in one affects the other. Create one credential for each.`,
      secret: use.place,
      related: others.map(({ secret, environment }) => ({
        file: secret.read.file.path,
        start: secret.read.lines.position(secret.use.text.span.start),
        message: phrase`The same value is used for ${environment} here.`,
      })),
    });
  });
  const live = placed
    .filter(({ secret, environment }) => environment !== 'production' && /^[sr]k_live_/.test(secret.use.value))
    .map(({ secret: { read, use }, environment }) =>
      findingIn(read, 6, {
        severity: 'warning',
        code: 'live-key-outside-production',
        span: use.text.span,
        ...(use.server && { server: use.server.name }),
        key: use.text.pointer,
        message: phrase`A live key is used in what looks like ${environment}. Use a test key there.`,
        secret: use.place,
      }),
    );
  return [...shared, ...live];
}

/** Own services of different environments that share a credential. */
export function checkOwnEnvironments({ credentials = [] }: CheckupContext): Finding[] {
  return groupBy(credentials, ({ fingerprint }) => fingerprint).flatMap((group) => {
    const [first, ...others] = group;
    const other = others.find(({ environment }) => environment !== first?.environment);
    if (!first || !other) return [];
    return stateFinding(first.place, 6, {
      severity: 'error',
      code: 'shared-between-environments',
      message: phrase`${first.service} and ${other.service} share one credential although their environments differ. Create one for each, and rotate both.`,
    });
  });
}

/** What a variable, a server's own setting or its name says of the environment, the nearest first. */
function environmentOf({ use: { server, text } }: PlacedSecret): Environment | undefined {
  const name = 'name' in text && typeof text.name === 'string' ? text.name : '';
  const setting = server?.env.find((one) => NAMES.test(one.name))?.value;
  return environmentInName(name) ?? environmentInName(setting ?? '') ?? environmentInName(server?.name ?? '');
}

function environmentInName(name: string): Environment | undefined {
  return wordsOfName(name)
    .map((word) => (Object.hasOwn(WORDS, word) ? WORDS[word] : undefined))
    .find((environment) => environment !== undefined);
}
