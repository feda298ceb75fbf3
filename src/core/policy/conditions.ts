import { plainDecimal } from './decimal.ts';
import { foldText } from './fold.ts';
import type { JudgedFields, JudgedValue } from './judgedFields.ts';
import { PathIndex } from './pathIndex.ts';
import { valueUnits } from './pattern.ts';
import type { Check, Condition, ConditionValue } from './restrictionModel.ts';

/** A condition, ready to be asked. True, false, or undefined when it cannot be evaluated. */
export type Asked = (fields: JudgedFields) => boolean | undefined;

/**
 * `generous` compares texts in their folded forms, as deny and ask rules do. Which way an undefined answer counts is
 * the rule's matter: it makes an allow rule not match, and a deny or ask rule match.
 */
export function compileCondition({ source, path, check }: Condition, generous: boolean): Asked {
  const holds = compileCheck(check, generous);
  return (fields) => {
    const field = fields.find(source, path);
    if (field === 'unclear') return undefined;
    if (check.kind === 'present') return (field !== 'absent') === check.present;
    return field === 'absent' || field === 'container' ? undefined : holds(field);
  };
}

/** What a check says of a value: true, false, or undefined when it cannot be evaluated, as for `present`. */
export function compileCheck(check: Check, generous: boolean): (value: JudgedValue) => boolean | undefined {
  switch (check.kind) {
    case 'equals':
      return (value) => equals(check.value, value, generous);
    case 'in':
      return (value) => anyOf(check.values.map((one) => equals(one, value, generous)));
    case 'max':
      return (value) => {
        const number = numberOf(value);
        return number === undefined ? undefined : number <= check.limit;
      };
    case 'min':
      return (value) => {
        const number = numberOf(value);
        return number === undefined ? undefined : number >= check.limit;
      };
    case 'matches':
      return compileMatch(check.pattern, generous);
    case 'present':
      return () => undefined;
  }
}

function anyOf(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** A value of another type is no answer: servers convert. */
function equals(wanted: ConditionValue, value: JudgedValue, generous: boolean): boolean | undefined {
  switch (typeof wanted) {
    case 'string':
      if (value.kind !== 'text' && value.kind !== 'string') return undefined;
      return value.text === wanted || (generous && foldText(value.text) === foldText(wanted));
    case 'number': {
      const number = numberOf(value);
      return number === undefined ? undefined : number === wanted;
    }
    case 'boolean':
      if (value.kind === 'boolean') return value.value === wanted;
      if (value.kind !== 'text' || !/^(?:true|false)$/.test(value.text)) return undefined;
      return value.text === String(wanted);
    case 'object':
      return value.kind === 'null' || (value.kind === 'text' ? undefined : false);
  }
}

function numberOf(value: JudgedValue): number | undefined {
  return value.kind === 'number' || value.kind === 'text' ? plainDecimal(value.text) : undefined;
}

function compileMatch(pattern: string, generous: boolean): (value: JudgedValue) => boolean | undefined {
  const strict = indexOf(pattern, (part) => part);
  const folded = generous ? indexOf(pattern, foldText) : undefined;
  return (value) => {
    if (value.kind !== 'text' && value.kind !== 'string') return undefined;
    const segments = value.text.split('/');
    return (
      strict.match(segments).length > 0 || (folded !== undefined && folded.match(segments.map(foldText)).length > 0)
    );
  };
}

function indexOf(pattern: string, spell: (part: string) => string): PathIndex<true> {
  const index = new PathIndex<true>(false);
  index.add(valueUnits(pattern, spell), true);
  return index;
}
