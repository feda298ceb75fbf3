/** A tool as a client hands it to a model's API. */
export interface ModelTool {
  readonly name: string;
  readonly parameters: Schema;
}

export interface Schema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: unknown;
  readonly [keyword: string]: unknown;
}

/** What an API says of a schema: a reason to refuse the request with all its tools. */
type Rule = (schema: Schema) => string | undefined;

const TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'array', 'object'];

const oneType: Rule = ({ type }) => (TYPES.includes(type) ? undefined : `type is ${JSON.stringify(type)}`);
/** Strict mode makes what may be left out nullable, by a union of its type and null. */
const typeOrNull: Rule = ({ type, anyOf }) =>
  Array.isArray(anyOf) && anyOf.every((one: Schema) => TYPES.includes(one.type) || one.type === 'null')
    ? undefined
    : oneType({ type });
const typedItems: Rule = ({ type, items }) =>
  type === 'array' && items === undefined ? 'a list without items' : undefined;
const knownRequired: Rule = ({ properties = {}, required = [] }) =>
  required.every((name) => Object.hasOwn(properties, name)) ? undefined : 'required names what is not there';

const without =
  (...keywords: readonly string[]): Rule =>
  (schema) => {
    const found = keywords.filter((keyword) => Object.hasOwn(schema, keyword));
    return found.length === 0 ? undefined : `has ${found.join(', ')}`;
  };

/** What the documents of each API (and its error messages) say of the parameters of a function. */
const RULES: Readonly<
  Record<string, { readonly name: RegExp; readonly argument: RegExp; readonly rules: readonly Rule[] }>
> = {
  openai: {
    name: /^[a-zA-Z0-9_-]{1,64}$/,
    argument: /^[a-zA-Z0-9_-]{1,64}$/,
    rules: [
      typeOrNull,
      typedItems,
      knownRequired,
      without('$ref', 'oneOf', 'allOf', 'not', 'format', 'patternProperties'),
    ],
  },
  gemini: {
    name: /^[a-zA-Z_][a-zA-Z0-9_.-]{0,63}$/,
    argument: /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/,
    rules: [
      oneType,
      typedItems,
      knownRequired,
      ({ type, enum: values }) =>
        values === undefined || type === 'string' ? undefined : 'an enum of what is no string',
      ({ enum: values = [] }) => (values.includes('') ? 'an empty value in an enum' : undefined),
      without(
        '$ref',
        '$defs',
        '$schema',
        'oneOf',
        'anyOf',
        'allOf',
        'not',
        'const',
        'default',
        'format',
        'exclusiveMinimum',
      ),
    ],
  },
  anthropic: {
    name: /^[a-zA-Z0-9_-]{1,64}$/,
    argument: /^[a-zA-Z0-9_.-]{1,64}$/,
    rules: [oneType, knownRequired, without('oneOf', 'anyOf', 'allOf')],
  },
};

/** What these APIs (or all of them) have against the tools; nothing, if they take them. */
export function offences(tools: readonly ModelTool[], apis: readonly string[] = Object.keys(RULES)): readonly string[] {
  return Object.entries(RULES)
    .filter(([api]) => apis.includes(api))
    .flatMap(([api, { name, argument, rules }]) =>
      tools.flatMap((tool) => {
        const named = name.test(tool.name) && tool.parameters.type === 'object' ? [] : ['the tool itself'];
        const found = [...schemasIn(tool.parameters, tool.name)].flatMap(([place, schema]) => {
          const names = Object.keys(schema.properties ?? {}).filter((one) => !argument.test(one));
          return [...rules.map((rule) => rule(schema)), ...names]
            .filter((one) => one !== undefined)
            .map((one) => `${place}: ${one}`);
        });
        return [...named, ...found].map((one) => `${api}: ${one}`);
      }),
    );
}

function* schemasIn(schema: Schema, place: string): Generator<readonly [place: string, schema: Schema]> {
  yield [place, schema];
  for (const [name, one] of Object.entries(schema.properties ?? {})) yield* schemasIn(one, `${place}.${name}`);
  if (schema.items) yield* schemasIn(schema.items, `${place}[]`);
  if (typeof schema.additionalProperties === 'object' && schema.additionalProperties !== null) {
    yield* schemasIn(schema.additionalProperties as Schema, `${place}{}`);
  }
}
