import { phrase } from '../text/phrase.ts';
import {
  dottedSteps,
  foldedName,
  nameParts,
  parameterRoots,
  underscored,
  withoutAmpersand,
} from './parts/parameters.ts';
import { METHODS, type Method } from './parts/requestModel.ts';
import { invalid } from './parts/requestProblem.ts';

/**
 * Names by which a server takes a request for one of another method, without underscores: Rack, Rails, Laravel, Symfony,
 * Spring, WordPress, Express (`_method`), ASP.NET, SharePoint, OData and Google (`X-HTTP-Method-Override` and the like, also
 * as a field or a parameter), Plack and Catalyst (`x-tunneled-method`). All that is put together of these words counts.
 */
const OVERRIDES = /^(?:http|x|request)*(?:methodoverride|(?:override|tunnel|tunneled)method|xhttpmethod)$/;
/** The same at the end of a name with dots. */
const OVERRIDES_LAST = /(?:methodoverride|(?:override|tunnel|tunneled)method|xhttpmethod)$/;

/**
 * The same for names that begin with an underscore, or with the dollar sign of OData and Google (`$httpMethod`); without
 * one they are common, see {@link VALUED}.
 */
const UNDERSCORED: ReadonlySet<string> = new Set(['method', 'httpmethod', 'requestmethod', 'verb']);

/** A common name that only some APIs take for the method (Facebook's Graph API, Restlet): its value tells. */
const READ_BY_SOME = 'method';
/** Common names that no framework is known to read, but which somebody's own server may. */
const READ_BY_NONE: ReadonlySet<string> = new Set(['httpmethod', 'requestmethod', 'verb', 'httpverb']);
/**
 * What those names say of a call that the API is to make: to a webhook, or of an uptime monitor. Twilio's forms spell the
 * common name as `Method`, by which no API is known to run another one.
 */
const OF_A_WEBHOOK = /^(?:get|head|post)$/i;
const TWILIO = 'Method';

/** The methods that HTTP servers know. Those that cannot be sent are no less dangerous as values. */
const METHOD_NAMES: ReadonlySet<string> = new Set(
  [...METHODS, 'TRACE', 'CONNECT', 'MERGE', 'PURGE', 'LINK', 'UNLINK', 'COPY', 'MOVE', 'PROPPATCH'].map((name) =>
    name.toLowerCase(),
  ),
);

/** By which WordPress, Phalcon and Kohana take a request for one to another path, whatever path it was sent to. */
const PATHS: ReadonlySet<string> = new Set(['rest_route', '_url', 'kohana_uri']);

/**
 * By which Google's servers take headers out of a query, Apache CXF the type of a body, and Django REST framework before 3.3
 * that of another body, in a field beside it.
 */
const HEADERS: ReadonlySet<string> = new Set(['$httpheaders', '_ctype', '_content_type']);

/** Longest value, escaped over and over, that may be the name of a method. */
const MAX_VALUE = 256;

/** Whether a parameter, field or member of this name changes the method that a server sees, in whatever spelling. */
export function overridesMethod(name: string): boolean {
  if (cannotOverride(name)) return false;
  const folded = foldedName(name);
  return [folded.startsWith('[') ? `_${folded.slice(1)}` : folded, ...nameParts(folded)].some(isOverride);
}

/** Whether a name is none of these at a glance: most are plain. All others have to be folded, which takes its time. */
export function cannotOverride(name: string): boolean {
  return (/^[A-Za-z0-9_.-]*$/.test(name) && !/method|verb/i.test(name)) || lacksLetters(name);
}

/** Whether letters of all those names are missing, which in ASCII only an escape could bring. Quick: a body has many names. */
function lacksLetters(name: string): boolean {
  if (!/^[\0-$&-~]*$/.test(name)) return false;
  const mayBeMethod = /m/i.test(name) && /h/i.test(name) && /d/i.test(name);
  return !mayBeMethod && !(/v/i.test(name) && /b/i.test(name));
}

function isOverride(part: string): boolean {
  const name = underscored(withoutAmpersand(part.trim())).replace(/^\$/, '_');
  const letters = name.replaceAll('_', '');
  if (OVERRIDES.test(letters) || (name.startsWith('_') && UNDERSCORED.has(letters))) return true;
  // Some frameworks read `a.b` as the field `b` of `a`.
  const dot = part.lastIndexOf('.');
  if (dot < 0) return false;
  const [first = ''] = dottedSteps(part);
  return OVERRIDES_LAST.test(letters) || isOverride(part.slice(dot + 1)) || (first !== part && isOverride(first));
}

const PARTS = {
  query: 'The query has a parameter',
  form: 'The form has a field',
  path: 'The path has, behind an escaped question mark or a semicolon, a parameter',
} as const;

/**
 * Refuses a parameter or form field that makes some servers run another method than the one that is judged: by its name,
 * or, for a common name such as `method`, by a value that is the name of another method. And one that makes of it a
 * request to another path.
 */
export function refuseOverride(
  place: keyof typeof PARTS,
  name: string,
  value: string,
  method: Method,
): ReturnType<typeof invalid> | undefined {
  const part = PARTS[place];
  if (overridesMethod(name)) {
    return invalid(
      phrase`${part} that would override the method, such as _method.`,
      phrase`Send the request with the intended method.`,
    );
  }
  const roots = parameterRoots(name);
  if (roots.some((root) => PATHS.has(root))) {
    return invalid(
      phrase`${part} by which some servers run what another path stands for, such as rest_route of WordPress.`,
      phrase`Send the request to the path itself, such as /wp-json/wp/v2/posts.`,
    );
  }
  if (roots.some((root) => HEADERS.has(root))) {
    return invalid(
      phrase`${part} that some servers take for headers of the request, such as $httpHeaders or _content_type.`,
      phrase`Leave it out, and send \`headers\` where they are allowed.`,
    );
  }
  if (namesAnotherMethod(name, value, method)) {
    return invalid(
      phrase`${part} whose value is the name of another method, which some APIs would run instead.`,
      phrase`Send the request with the intended method, and leave the parameter out.`,
    );
  }
  return undefined;
}

function namesAnotherMethod(name: string, value: string, method: Method): boolean {
  if (value.trim().length > MAX_VALUE) return false;
  const roots = parameterRoots(name).map((root) => root.replaceAll('_', ''));
  const bySome = roots.includes(READ_BY_SOME);
  if (!bySome && !roots.some((root) => READ_BY_NONE.has(root))) return false;
  // A read that a server runs as a write is worth more to an attacker than any webhook that is set up by a GET.
  const maySetUp = method === 'POST' || method === 'PUT' || method === 'PATCH';
  if (maySetUp && (!bySome || name === TWILIO) && OF_A_WEBHOOK.test(value)) return false;
  const meant = foldedName(value);
  return METHOD_NAMES.has(meant) && meant !== method.toLowerCase();
}

/** The same for the members of a JSON body and for the pieces of a text that a server may take for JSON or a form. */
export function refuseOverrideIn(what: 'JSON' | 'text'): ReturnType<typeof invalid> {
  return invalid(
    phrase`The ${what} body has a field that would override the method, such as _method.`,
    phrase`Send the request with the intended method.`,
  );
}
