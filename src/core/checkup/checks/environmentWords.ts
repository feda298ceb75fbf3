import { wordsOfName } from '../secrets/names.ts';

export type Environment = 'production' | 'development' | 'staging' | 'test';

/** One thing that tells which environment a secret belongs to. Plain data. */
export interface Evidence {
  readonly environment: Environment;
  /** Where it stands and what is left of it without the word: `server github` of `github-dev`. */
  readonly stem: string;
  /** It says so by itself. `live-docs` does not, but beside `dev-docs`. */
  readonly strong: boolean;
}

const words = (text: string): readonly string[] => text.split(' ');

const STRONG: readonly (readonly [Environment, readonly string[]])[] = [
  ['production', words('prod production prd producao produccion produktion produktiv')],
  ['development', words('dev devel development desenvolvimento desarrollo entwicklung')],
  [
    'staging',
    words(
      'staging stg preprod preproduction nonprod nonproduction uat acceptance homolog homologacao homologation recette',
    ),
  ],
];
/** Words of other things, too: theatres have stages, and people test. */
const WEAK: readonly (readonly [Environment, readonly string[]])[] = [
  ['production', words('live dr')],
  ['development', words('local lab trial ephemeral entw')],
  ['staging', words('stage acc accept preview beta canary abnahme rc pre pp ppe hml rec alpha pilot')],
  [
    'test',
    words(
      'test tests testing tst qa ci int integration sit sandbox sbx demo nightly perf loadtest e2e eval training pruebas',
    ),
  ],
];

const KNOWN: ReadonlyMap<string, Omit<Evidence, 'stem'>> = new Map(
  [STRONG, WEAK].flatMap((table) =>
    table.flatMap(([environment, all]) =>
      all.map((word) => [word, { environment, strong: table === STRONG }] as const),
    ),
  ),
);

/** What a name says, and what is left of it; `where` keeps names of different kinds apart. Undefined when it says nothing. */
export function evidenceIn(name: string, where: string): Evidence | undefined {
  const all = wordsOfName(name.slice(0, 500).normalize('NFD').replace(/\p{M}/gu, ''));
  let found: Omit<Evidence, 'stem'> | undefined;
  const rest: string[] = [];
  for (let at = 0; at < all.length; at += 1) {
    const word = withoutNumber(all[at] ?? '');
    const next = withoutNumber(all[at + 1] ?? '');
    const pair =
      /^(?:non|no|not|pre)$/.test(word) && /^prod(?:uction)?$/.test(next)
        ? `${word === 'pre' ? 'pre' : 'non'}prod`
        : undefined;
    const known = KNOWN.get(pair ?? word);
    const glued = known ? undefined : /^([a-z0-9]{2,})(prod|dev|stg|staging|uat)$/.exec(word);
    if (pair !== undefined) at += 1;
    if (known && !found) found = known;
    else if (glued && !found) {
      found = { environment: KNOWN.get(glued[2] ?? '')?.environment ?? 'development', strong: false };
      rest.push(glued[1] ?? '');
    } else rest.push(word);
  }
  return found && { ...found, stem: `${where} ${rest.join(' ')}` };
}

/** `prod2` is another production. */
function withoutNumber(word: string): string {
  return word.replace(/(?<!\d)\d{1,3}$/, '');
}
