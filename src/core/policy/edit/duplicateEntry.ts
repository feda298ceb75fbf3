import { type Document, isMap, isScalar, isSeq, parseDocument, visit, Document as YamlDocument } from 'yaml';
import { SAFE_METHODS } from '../../request/parts/requestModel.ts';
import { phrase } from '../../text/phrase.ts';
import { PolicyNotWritableError, withEntry } from '../text/insertion.ts';

/** What differs in the copy of a service for another environment. */
export interface Duplicate {
  readonly from: string;
  readonly name: string;
  readonly environment: string;
  readonly baseUrl: string;
}

type Plain = Readonly<Record<string, unknown>>;

/** Where nothing was said, an agent of the user's own needs no more than this. */
const REQUESTS = '30/minute';
const CONCURRENT = 4;
const ROTATE_EVERY = '90d';

/**
 * The policy text with a copy of a service for another environment, stricter than the one it was made from: what writes asks
 * each time, half of the requests, fewer at once, and a date for the next rotation. Conditions and deny rules stay as they
 * are; comments are not copied. Throws {@link PolicyNotWritableError} when the text has no such service.
 */
export function withDuplicate(text: string, { from, name, environment, baseUrl }: Duplicate): string {
  const document: Document = parseDocument(text, { uniqueKeys: false });
  const node = document.errors.length === 0 ? document.getIn(['services', from], true) : undefined;
  if (!isMap(node)) throw new PolicyNotWritableError(phrase`The policy file does not have the service ${from}.`);
  const original = node.toJS(document) as Plain;
  const { description, baseUrl: _url, environment: _environment, policies, limits, rotateEvery, ...rest } = original;
  const copy = {
    ...(description === undefined ? {} : { description }),
    baseUrl,
    environment,
    ...rest,
    policies: Array.isArray(policies) ? policies.flatMap(stricterRules) : [],
    limits: stricterLimits((limits ?? {}) as Plain),
    rotateEvery: rotateEvery ?? ROTATE_EVERY,
  };
  return withEntry(text, 'services', { name, lines: linesOf({ [name]: copy }) });
}

/** Reads stay as they are; what else a rule allows asks the user each time. */
function stricterRules(rule: Plain): readonly Plain[] {
  const { path, methods, approval, ...conditions } = rule;
  if (rule.effect === 'deny' || !Array.isArray(methods)) return [rule];
  const part = (of: readonly unknown[], asks: unknown): readonly Plain[] =>
    of.length === 0 ? [] : [{ path, methods: of, ...(asks === undefined ? {} : { approval: asks }), ...conditions }];
  return [
    ...part(
      methods.filter((method) => SAFE_METHODS.has(method)),
      approval,
    ),
    ...part(
      methods.filter((method) => !SAFE_METHODS.has(method)),
      'always',
    ),
  ];
}

function stricterLimits(limits: Plain): Plain {
  const { requests, concurrent, ...rest } = limits;
  const rate = /^(\d+)(\/.+)$/.exec(String(requests ?? ''));
  return {
    requests: rate ? `${Math.max(1, Math.floor(Number(rate[1]) / 2))}${rate[2]}` : REQUESTS,
    concurrent: typeof concurrent === 'number' ? Math.min(concurrent, CONCURRENT) : CONCURRENT,
    ...rest,
  };
}

/** As people write it: lists of words and small maps on one line, everything else below one another. */
function linesOf(service: Plain): readonly string[] {
  const document = new YamlDocument(service, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_key, seq) => {
      seq.flow = seq.items.every((item) => isScalar(item));
    },
    Pair: (_key, { key, value }) => {
      const small = isScalar(key) && (key.value === 'auth' || key.value === 'verify');
      if (small && isMap(value) && value.items.every((item) => isScalar(item.value) || isSeq(item.value)))
        value.flow = true;
    },
  });
  return document
    .toString({ lineWidth: 0, flowCollectionPadding: true })
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/: \[ (.*) \]$/, ': [$1]'));
}
