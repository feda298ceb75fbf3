import { memberPart } from './assignments.ts';
import { isSecretName } from './members.ts';
import type { Part } from './part.ts';

/** An element's beginning, with its attributes, and the text behind it. */
const TAG = /<[\w:.-]{1,100}\s([^<>]{1,2000})>([^<]{0,2000})/g;
const ATTRIBUTE = /([\w:.-]{1,100})\s{0,3}=\s{0,3}(?:"([^"]*)"|'([^']*)')/g;

/** The attributes that name something, and those that hold it. */
const NAMING = /^(?:key|name|id|property)$/i;
const HOLDING = /^(?:value|val|content|default)$/i;

/** An element whose text is a name, and the text of the one behind it. */
const NEIGHBOURS = />\s{0,20}([\w.:-]{1,100})\s{0,20}<\/[\w:.-]{1,100}>\s{0,50}<[\w:.-]{1,100}>([^<]{1,2000})</g;

/**
 * The values in XML and HTML whose names stand beside them: in another attribute, whatever their order, or in the element in
 * front, as in property lists.
 */
export function elementParts(text: string): Part[] {
  if (!text.includes('<')) return [];
  const tags = [...text.matchAll(TAG)].flatMap(([, attributes = '', behind = '']) => heldBy(attributes, behind));
  const neighbours = [...text.matchAll(NEIGHBOURS)].map(([, name = '', value = '']) => ({ name, value }));
  return [...tags, ...neighbours]
    .filter(({ name }) => isSecretName(name))
    .map(({ name, value }) => memberPart(name, value.trim()));
}

function heldBy(attributes: string, behind: string): { readonly name: string; readonly value: string }[] {
  const pairs = [...attributes.matchAll(ATTRIBUTE)].map(([, name = '', double, single = '']) => ({
    name,
    value: double ?? single,
  }));
  const names = pairs.filter(({ name }) => NAMING.test(name)).map(({ value }) => value);
  const values = [...pairs.filter(({ name }) => HOLDING.test(name)).map(({ value }) => value), behind];
  return names.flatMap((name) => values.map((value) => ({ name, value })));
}
