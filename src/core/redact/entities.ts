/** Names of U+00A0 to U+00FF in their order (HTML 4, section 24.2). */
const LATIN_1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml';

/** Names of ASCII punctuation (HTML Living Standard, section 13.5). */
const ASCII =
  'Tab\t NewLine\n excl! quot" QUOT" num# dollar$ percnt% amp& AMP& apos\' lpar( rpar) ast* midast* plus+ comma, ' +
  'period. sol/ colon: semi; lt< LT< equals= gt> GT> quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] Hat^ lowbar_ ' +
  'UnderBar_ grave` DiacriticalGrave` lcub{ lbrace{ verbar| vert| VerticalLine| rcub} rbrace}';

/** Code points of the named HTML entities that a serialiser may write for what credentials are made of. */
export const ENTITIES: ReadonlyMap<string, number> = new Map([
  ...LATIN_1.split(' ').map((name, index) => [name, 0xa0 + index] as const),
  ...ASCII.split(' ').map((entry) => [entry.slice(0, -1), entry.charCodeAt(entry.length - 1)] as const),
]);

/** Length of the longest name. */
export const MAX_ENTITY: number = Math.max(...[...ENTITIES.keys()].map((name) => name.length));
