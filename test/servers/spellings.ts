import { compileService, decide } from '../../src/core/policy/decide/decide.ts';
import { parsePolicy } from '../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../src/core/request/canonicalise.ts';

/** Everything below /api is allowed, but for what each server of the matrix gives to the handlers `admin` and `secret`. */
const POLICY = `services:
  api:
    baseUrl: https://api.example.com
    auth: { type: bearer }
    policies:
      - { path: /api/**, methods: [GET] }
      - { path: /api/admin/**, effect: deny }
      - { path: /api/secret, effect: deny }
`;

/** What stands before, after or instead of something in a path that parsers read in more than one way. */
const MARKS =
  `. .. ... %20 %09 + %2B ; ;x ;x=1 , ,x : :x ::$DATA %3F %3Fx %3Fx=1 %23 %23x %26 %26x %3D * ! ~ $ ' ( ) = @
  %40 %7C %22 %3C %5B %5D %7B %5E %60 %25 %252F %E2%80%8B %C2%A0 %C2%AD %EF%BB%BF %E3%80%80 %C2%85 %E2%80%A8 %CC%81
  %EF%BC%8F %E2%88%95 %EF%BC%8B %EF%BC%9F .json .xml .html .htm .php .txt .yaml .rss .js .csv .pdf .do .jsp .bak .json.xml
  - _ /. /x.json .json/ .json/x /%20 /+ /%3Fx /... ;/ %3B %3Bx .%20 %20. +. %7F %80 %C0%AF %3Fx.json .json%3Fx ;x.json`.split(
    /\s+/,
  );
/** Those that servers drop: two of them are tried together. */
const DROPPED =
  `. ... %20 + %2B ; ;x ::$DATA %3F %3Fx %23 %23x %E2%80%8B %C2%A0 .json .html .php / /+ /x , : * !`.split(/\s+/);
const BEFORE = ['', '/.', '//', '/x/..', '/%2F', '/;', '/+', '/%20', '/API', '/*', '/%3Fx', '/.json'];
const TAILS: Readonly<Record<string, readonly string[]>> = {
  admin: ['', '/', '/users', '/users/7'],
  secret: ['', '/'],
};

function spellingsOf(word: string): readonly string[] {
  const escaped = [...word].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');
  const wide = [...word].map((character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)).join('');
  return [word, word.toUpperCase(), escaped, encodeURIComponent(wide)];
}

/** What looks like the word, or nearly is it, and needs no mark beside it to be tried. */
function nearly(word: string): readonly string[] {
  const dotless = word.replace('i', '%C4%B1').replace('s', '%C5%BF');
  const accented = word.replace('a', '%C3%A1').replace('e', '%C3%A9');
  const cyrillic = word.replace('a', '%D0%B0').replace('e', '%D0%B5');
  return [dotless, accented, cyrillic, word.slice(0, -1), `${word}x`, word.slice(1)];
}

/** Spellings near `/api/admin/**` and `/api/secret`, in order, each once. */
export function spellings(): readonly string[] {
  const paths = new Set<string>();
  for (const [word, tails] of Object.entries(TAILS)) {
    for (const spelled of spellingsOf(word)) {
      for (const tail of tails) {
        for (const mark of MARKS) {
          paths.add(`/api/${spelled}${mark}${tail}`);
          paths.add(`/api/${mark}${spelled}${tail}`);
          paths.add(`/api/${spelled}${tail}${mark}`);
        }
        for (const before of BEFORE) paths.add(`/api${before}/${spelled}${tail}`);
      }
    }
    for (const near of nearly(word)) for (const tail of tails) paths.add(`/api/${near}${tail}`);
    for (const first of DROPPED) for (const second of DROPPED) paths.add(`/api/${word}${first}${second}`);
  }
  return [...paths];
}

export interface Judged {
  readonly path: string;
  readonly verdict: 'allow' | 'ask' | 'deny' | 'invalid';
  /** What would be sent; absent for what cannot be. */
  readonly target?: string;
}

/** Says of each path what the policy of the matrix makes of a GET. */
export function judgeAll(paths: readonly string[]): readonly Judged[] {
  const service = parsePolicy(POLICY).policy?.services.get('api');
  if (service === undefined) throw new Error('The policy of the matrix has errors.');
  const compiled = compileService(service);
  return paths.map((path) => {
    const request = canonicalise({ service: 'api', method: 'GET', path }, service);
    if (!request.ok) return { path, verdict: 'invalid' };
    return { path, verdict: decide(compiled, request.value).verdict, target: request.value.target };
  });
}
