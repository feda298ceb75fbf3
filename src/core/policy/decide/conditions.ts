import type { Check, Condition, ConditionValue } from '../model/restrictionModel.ts';
import { plainDecimal } from '../patterns/decimal.ts';
import { foldText } from '../patterns/fold.ts';
import { globMatches, type PathUnit, valueUnits } from '../patterns/pattern.ts';
import type { JudgedValue } from './judgedField.ts';
import type { JudgedFields } from './judgedFields.ts';
import { TEXT_READINGS, type TextReadings } from './textReadings.ts';
import type { WantedField } from './wantedField.ts';

/** A condition, ready to be asked. True, false, or undefined when it cannot be evaluated. */
export type Asked = (fields: JudgedFields) => boolean | undefined;

/** A longer text is not compared with a pattern, nor in folded form; neither is one of more parts with `**`. */
const MAX_COMPARED = 10_000;
const MAX_PARTS = 100;

type Fold = (text: string) => string;

type AskedValue = (value: JudgedValue, texts?: TextReadings) => boolean | undefined;

/**
 * `generous` compares texts in their folded forms, as deny and ask rules do. Which way an undefined answer counts is
 * the rule's matter: it makes an allow rule not match, and a deny or ask rule match.
 */
export function compileCondition({ check }: Condition, wanted: WantedField, generous: boolean): Asked {
  const holds = compileCheck(check, generous);
  return (fields) => {
    const field = fields.find(wanted);
    if (field === 'unclear') return undefined;
    if (check.kind === 'present') return (field !== 'absent') === check.present;
    return field === 'absent' || field === 'container' ? undefined : holds(field, fields);
  };
}

/** What a check says of a value: true, false, or undefined when it cannot be evaluated, as for `present`. */
export function compileCheck(check: Check, generous: boolean): AskedValue {
  switch (check.kind) {
    case 'equals':
      return compileEquals(check.value, generous);
    case 'in': {
      const texts = check.values.filter((value) => typeof value === 'string');
      const others = check.values.filter((value) => typeof value !== 'string');
      const each = others.map((value) => compileEquals(value, generous));
      if (texts.length > 0) each.unshift(compileOneOf(texts, generous));
      return (value, readings) => anyOf(each, value, readings);
    }
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

function anyOf(each: readonly AskedValue[], value: JudgedValue, texts: TextReadings | undefined): boolean | undefined {
  let answer: boolean | undefined = false;
  for (const one of each) {
    const own = one(value, texts);
    if (own === true) return true;
    if (own === undefined) answer = undefined;
  }
  return answer;
}

/** A value of another type is no answer: servers convert. */
function compileEquals(wanted: ConditionValue, generous: boolean): AskedValue {
  switch (typeof wanted) {
    case 'string':
      return compileOneOf([wanted], generous);
    case 'number':
      return (value) => {
        const number = numberOf(value);
        return number === undefined ? undefined : number === wanted;
      };
    case 'boolean':
      return (value) => {
        if (value.kind === 'boolean') return value.value === wanted;
        if (value.kind !== 'text' || !/^(?:true|false)$/.test(value.text)) return undefined;
        return value.text === String(wanted);
      };
    case 'object':
      return (value) => value.kind === 'null' || (value.kind === 'text' ? undefined : false);
  }
}

/** A look-up, as a list may have thousands of texts. */
function compileOneOf(texts: readonly string[], generous: boolean): AskedValue {
  const wanted = new Set(texts);
  const folded = new Set(generous ? texts.map(foldText) : []);
  return (value, { fold } = TEXT_READINGS) => {
    if (value.kind !== 'text' && value.kind !== 'string') return undefined;
    if (wanted.has(value.text)) return true;
    if (!generous) return false;
    return value.text.length > MAX_COMPARED ? undefined : folded.has(fold(value.text));
  };
}

function numberOf(value: JudgedValue): number | undefined {
  return value.kind === 'number' || value.kind === 'text' ? plainDecimal(value.text) : undefined;
}

function compileMatch(pattern: string, generous: boolean): AskedValue {
  const strict = compileUnits(valueUnits(pattern, (part) => part));
  const folded = generous ? compileUnits(valueUnits(pattern, foldText)) : undefined;
  const isPath = pattern.includes('/');
  return (value, { fold, climbs } = TEXT_READINGS) => {
    if ((value.kind !== 'text' && value.kind !== 'string') || value.text.length > MAX_COMPARED) return undefined;
    if (isPath && climbs(value.text)) return undefined;
    const exactly = strict(value.text, (part) => part);
    return exactly === false && folded !== undefined ? folded(value.text, fold) : exactly;
  };
}

/** Whether the parts of a text, between its slashes and spelled as the pattern is, fit; undefined for too many. */
function compileUnits(units: readonly PathUnit[]): (text: string, spell: Fold) => boolean | undefined {
  const deep = units.some(({ kind }) => kind === 'deep');
  const most = deep ? MAX_PARTS : units.length;
  return (text, spell) => {
    const parts = text.split('/', most + 1);
    if (parts.length > most) return deep ? undefined : false;
    return unitsFit(units, parts.map(spell));
  };
}

/** `**` takes as few parts as it can; only the last one met is ever given more, so that nothing is tried twice. */
function unitsFit(units: readonly PathUnit[], parts: readonly string[]): boolean {
  let unit = 0;
  let part = 0;
  let behindDeep: number | undefined;
  let taken = 0;
  while (part < parts.length) {
    const next = units[unit];
    if (next?.kind === 'deep') {
      unit += 1;
      behindDeep = unit;
      taken = part;
    } else if (next !== undefined && unitFits(next, parts[part] ?? '')) {
      unit += 1;
      part += 1;
    } else if (behindDeep === undefined) return false;
    else {
      taken += 1;
      unit = behindDeep;
      part = taken;
    }
  }
  return units.slice(unit).every(({ kind }) => kind === 'deep');
}

function unitFits(unit: PathUnit, part: string): boolean {
  switch (unit.kind) {
    case 'literal':
      return part === unit.text;
    case 'glob':
      return globMatches(unit.parts, part, false);
    default:
      return true;
  }
}
