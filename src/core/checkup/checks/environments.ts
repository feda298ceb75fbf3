import { type Phrase, phrase } from '../../text/phrase.ts';
import { stateFinding } from '../findings/finding.ts';
import type { Finding, ServerEntry } from '../model/checkupModel.ts';
import type { OwnContext } from '../model/context.ts';
import { groupBy } from '../model/groupBy.ts';
import { wordsOfName } from '../secrets/names.ts';
import type { SecretUse } from '../secrets/secretUses.ts';
import { type Environment, findingAt, type PlacedSecret } from './placedSecret.ts';

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
  const placed = secrets.filter(({ environment }) => environment !== undefined);
  const shared = groupBy(placed, ({ fingerprint }) => fingerprint).flatMap((group) => {
    if (new Set(group.map(({ environment }) => environment)).size < 2) return [];
    const main = group.find(({ environment }) => environment === 'production') ?? group[0];
    if (!main) return [];
    const others = group.filter(({ environment }) => environment !== main.environment);
    return findingAt(
      main,
      6,
      {
        severity: 'error',
        code: 'shared-between-environments',
        message: phrase`The same ${main.place.kind} is used for ${environmentText(main)} and ${environmentText(others[0])}, so a mistake in one affects the other. Create one credential for each.`,
      },
      others,
      (other) => phrase`The same value is used for ${environmentText(other)} here.`,
    );
  });
  const live = placed
    .filter((secret) => secret.environment !== 'production' && secret.live)
    .map((secret) =>
      findingAt(secret, 6, {
        severity: 'warning',
        code: 'live-key-outside-production',
        message: phrase`A live key is used in what looks like ${environmentText(secret)}. Use a test key there.`,
      }),
    );
  return [...shared, ...live];
}

function environmentText(secret: PlacedSecret | undefined): string | Phrase {
  return secret?.environment ?? phrase`another environment`;
}

/** Own services of different environments that share a credential. */
export function checkOwnEnvironments({ credentials = [] }: OwnContext): Finding[] {
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

/**
 * Tells which environment a secret of a file belongs to: what its variable, its server's own setting or the server's name says,
 * the nearest first. A server is looked at once, however many secrets it has.
 */
export function environmentReader(): (use: SecretUse) => Environment | undefined {
  const ofServers = new Map<ServerEntry, Environment | undefined>();
  const ofServer = (server: ServerEntry): Environment | undefined => {
    if (!ofServers.has(server)) {
      const setting = server.env.find((one) => NAMES.test(one.name))?.value;
      ofServers.set(server, environmentInName(setting ?? '') ?? environmentInName(server.name));
    }
    return ofServers.get(server);
  };
  return ({ server, text }) => {
    const name = 'name' in text && typeof text.name === 'string' ? text.name : '';
    return environmentInName(name) ?? (server && ofServer(server));
  };
}

function environmentInName(name: string): Environment | undefined {
  return wordsOfName(name)
    .map((word) => (Object.hasOwn(WORDS, word) ? WORDS[word] : undefined))
    .find((environment) => environment !== undefined);
}
