import { isScalar } from 'yaml';
import { type Phrase, phrase } from '../../text/phrase.ts';
import { type GraphqlScope, OPERATIONS, type OperationType } from '../model/restrictionModel.ts';
import { type Entry, type Reader, spanOf } from '../text/reader.ts';
import { suggest } from '../text/suggest.ts';

const EXAMPLE = '{ operations: [query], fields: [viewer] }';

/** Reads a rule's `graphql`: operation types and root fields, or `false` for an API that knows no GraphQL. */
export function readGraphql(reader: Reader, entry: Entry | undefined): GraphqlScope | false | undefined | 'wrong' {
  if (entry === undefined) return undefined;
  if (isScalar(entry.value) && entry.value.value === false) return false;
  const fields = reader.map(entry.value, reader.at(entry), '`graphql`', EXAMPLE);
  if (fields === undefined) return 'wrong';
  reader.onlyKnown(fields, ['operations', 'fields'], '`graphql`', { operation: 'operations', field: 'fields' });
  const operationsEntry = fields.get('operations');
  if (operationsEntry === undefined) {
    reader.missing(entry.key, '`graphql`', 'operations', 'operations: [query]');
    return 'wrong';
  }
  const operations = names(reader, operationsEntry, '[query]', isOperation, phrase`Write one of: ${OPERATIONS}.`);
  const fieldsEntry = fields.get('fields');
  const roots =
    fieldsEntry === undefined
      ? undefined
      : names(
          reader,
          fieldsEntry,
          '[viewer]',
          isName,
          phrase`Write the name of a root field, such as viewer, without its alias.`,
        );
  if (operations === undefined || (fieldsEntry !== undefined && roots === undefined)) return 'wrong';
  return { operations, ...(roots === undefined ? {} : { fields: roots }) };
}

function isOperation(text: string): text is OperationType {
  return OPERATIONS.some((one) => one === text);
}

/** https://spec.graphql.org/October2021/#Name */
function isName(text: string): text is string {
  return /^[_A-Za-z][_0-9A-Za-z]*$/.test(text);
}

function names<T extends string>(
  reader: Reader,
  entry: Entry,
  example: string,
  fits: (text: string) => text is T,
  help: Phrase,
): T[] | undefined {
  const what = `\`${entry.name}\``;
  const items = reader.list(entry, what, example);
  if (items === undefined) return undefined;
  if (items.length === 0) {
    reader.problems.error(
      'bad-graphql',
      reader.at(entry),
      phrase`${what} is empty. Write at least one entry, such as ${example}.`,
    );
    return undefined;
  }
  const found: T[] = [];
  for (const item of items) {
    const at = item === null ? reader.at(entry) : spanOf(item);
    const text = reader.text(item, at, phrase`An entry of ${what}`);
    if (text === undefined) return undefined;
    if (!fits(text)) {
      reader.problems.error('bad-graphql', at, phrase`${what} cannot contain this. ${help}`, suggest(text, OPERATIONS));
      return undefined;
    }
    found.push(text);
  }
  return found;
}
