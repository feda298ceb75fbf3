import { DEFAULT_LIMITS } from '../../limits/limitsModel.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import type { Server, ServerTools } from '../model/server.ts';
import { coversGenerously, coversStrictly, mayMeet, type NamePattern } from '../patterns/namePattern.ts';
import { labelChanges, newLabels } from './labelChanges.ts';
import { limitChanges } from './limitChanges.ts';
import { change as changeOf, type PolicyChange } from './policyChange.ts';
import { destinationOf, differingServerPart, endpointOf } from './serverDestination.ts';

type Variable = Server['variables'][number];

const NO_TOOLS: ServerTools = { allow: [], ask: [], deny: [] };

/**
 * What a saved text would change in an approved server, in words; either may be absent. `once` is the server as a
 * user approved it before saves took parts of it away: what it had is marked as coming back.
 */
export function serverChanges(approved: Server | undefined, saved: Server | undefined, once?: Server): PolicyChange[] {
  if (saved === undefined) {
    return approved === undefined ? [] : [change('narrows', approved.name, phrase`server ${approved.name}`)];
  }
  if (approved === undefined) return newServer(saved);
  const comesBack = once !== undefined && differingServerPart(once, saved) === undefined ? once : undefined;
  return [
    ...definitionChanges(approved, saved),
    ...toolChanges(saved.name, approved.tools, saved.tools, comesBack?.tools),
    ...limitChanges(approved, saved, comesBack),
    ...labelChanges(approved, saved),
  ];
}

function change(kind: PolicyChange['kind'], name: string, words: Phrase): PolicyChange {
  return changeOf(kind, { name }, words);
}

function newServer(server: Server): PolicyChange[] {
  const { name } = server;
  const grants = server.tools.allow.length + server.tools.ask.length > 0;
  const parts = [
    ...toolChanges(name, NO_TOOLS, server.tools),
    ...limitChanges({ name, limits: DEFAULT_LIMITS }, server),
    // There was nothing that its denies and limits could take away.
  ].map((one) => (one.kind === 'narrows' ? { ...one, kind: 'restricts' as const } : one));
  return [
    change(grants ? 'widens' : 'restricts', name, phrase`server ${name} (${runWords(server)})`),
    ...newLabels(server, grants),
    ...server.variables.map((variable) => change('widens', name, phrase`${variableWords(variable)} for ${name}`)),
    ...parts,
  ];
}

function definitionChanges(approved: Server, saved: Server): PolicyChange[] {
  const { name } = saved;
  const part = differingServerPart(approved, saved);
  if (part === undefined) return [];
  const changes: PolicyChange[] = [];
  if (part === 'command' || part === 'url' || part === 'network') {
    changes.push(change('widens', name, phrase`${part} of ${name}: ${runWords(approved)} → ${runWords(saved)}`));
  }
  const key = ({ name: variable, value }: Variable): string => JSON.stringify([variable, value]);
  const [before, after] = [approved.variables.map(key), saved.variables.map(key)];
  // Fewer variables may widen, too: a server without its setting may do more.
  for (const one of saved.variables) {
    if (!before.includes(key(one))) changes.push(change('widens', name, phrase`${variableWords(one)} for ${name}`));
  }
  for (const one of approved.variables) {
    if (!after.includes(key(one)))
      changes.push(change('widens', name, phrase`${variableWords(one)} for ${name} is removed`));
  }
  return changes;
}

function runWords(server: Server): string {
  if (server.run.by === 'command') return destinationOf({ run: server.run, variables: [] });
  return `${endpointOf(server)}${server.run.network === 'public' ? '' : `, ${server.run.network} network`}`;
}

function variableWords({ name, value }: Variable): Phrase {
  if (value.from === 'literal') return phrase`${name}=${JSON.stringify(value.text)}`;
  return value.prefix === ''
    ? phrase`${name} with the credential ${value.credential}`
    : phrase`${name} with ${JSON.stringify(value.prefix)} and the credential ${value.credential}`;
}

function toolChanges(name: string, approved: ServerTools, saved: ServerTools, once?: ServerTools): PolicyChange[] {
  const changes: PolicyChange[] = [];
  const grants = (tools: ServerTools | undefined): readonly NamePattern[] => [
    ...(tools?.allow ?? []),
    ...(tools?.ask ?? []),
  ];
  const granted = (pattern: NamePattern, tools: ServerTools | undefined): boolean =>
    grants(tools).some((outer) => coversStrictly(outer, pattern));
  const held = (pattern: NamePattern, by: readonly NamePattern[] | undefined): boolean =>
    by?.some((outer) => coversGenerously(outer, pattern)) === true;
  const say = (kind: PolicyChange['kind'], words: Phrase, back: boolean): void => {
    const one = change(kind, name, words);
    changes.push(kind === 'widens' && back ? { ...one, comesBack: true } : one);
  };
  const asks = (pattern: NamePattern): Phrase | '' => (held(pattern, saved.ask) ? phrase` (asks every time)` : '');
  for (const pattern of grants(saved)) {
    if (!granted(pattern, approved))
      say('widens', phrase`tool ${pattern.text} of ${name}${asks(pattern)}`, granted(pattern, once));
  }
  for (const pattern of grants(approved)) {
    if (!granted(pattern, saved)) say('narrows', phrase`tool ${pattern.text} of ${name}`, false);
  }
  for (const pattern of saved.deny) {
    if (!held(pattern, approved.deny)) say('narrows', phrase`tool ${pattern.text} of ${name} is denied`, false);
  }
  for (const pattern of approved.deny) {
    if (!held(pattern, saved.deny))
      say(
        'widens',
        phrase`tool ${pattern.text} of ${name} is no longer denied`,
        !held(pattern, once?.deny ?? [pattern]),
      );
  }
  const concerned = (pattern: NamePattern, tools: ServerTools): boolean =>
    grants(tools).some((other) => mayMeet(other, pattern));
  for (const pattern of saved.ask) {
    if (!held(pattern, approved.ask) && concerned(pattern, approved))
      say('narrows', phrase`tool ${pattern.text} of ${name} asks every time`, false);
  }
  for (const pattern of approved.ask) {
    if (!held(pattern, saved.ask) && concerned(pattern, saved))
      say('widens', phrase`tool ${pattern.text} of ${name} no longer asks`, !held(pattern, once?.ask ?? [pattern]));
  }
  return changes;
}
