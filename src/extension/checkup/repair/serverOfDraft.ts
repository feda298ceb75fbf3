import type { NewServer, NewTools } from '../../../core/policy/edit/serverWriter.ts';
import type { Secret } from '../../../core/secret.ts';
import { freeName } from '../../util/freeName.ts';
import type { Pin } from './wrapCommand.ts';
import type { LoosePackage, WrapDraft } from './wrapDraft.ts';

/** The answers that make a server of a draft. */
export interface WrapAnswers {
  /** The server's name in the policy. */
  readonly name: string;
  /** The versions of its loose packages, in their order. */
  readonly versions: readonly string[];
  readonly tools: NewTools;
  /** Whether a credential's name is in use already. */
  isTaken(credential: string): boolean;
}

/** A server for the policy, and the values that its credentials get. */
export interface ServerWithValues {
  readonly server: NewServer;
  readonly values: ReadonlyMap<string, Secret>;
}

/** The upstream MCP server. One credential has the server's own name; several have their variables' behind it. */
export function serverOfDraft({ run, variables, loose, arrange }: WrapDraft, answers: WrapAnswers): ServerWithValues {
  const pin = pinning(loose, answers.versions);
  const pinned = variables.map((variable) => ('pinned' in variable ? variable.pinned?.(pin) : undefined) ?? variable);
  const values = new Map<string, Secret>();
  const secret = pinned.flatMap((variable) => ('value' in variable ? [variable] : []));
  const several = secret.some(({ value }) => !secret[0]?.value.equals(value));
  const nameOf = (variable: string, value: Secret): string => {
    const known = [...values].find(([, other]) => other.equals(value))?.[0];
    if (known !== undefined) return known;
    const wanted = several ? `${answers.name}-${plainName(variable)}` : answers.name;
    const name = freeName(wanted, (candidate) => values.has(candidate) || answers.isTaken(candidate));
    values.set(name, value);
    return name;
  };
  const server: NewServer = {
    name: answers.name,
    run:
      run.by === 'url'
        ? run
        : { by: 'command', ...arrange({ command: run.command, args: run.args.map((arg, at) => pin(at, arg)) }) },
    variables: pinned.map((variable) => ({
      name: variable.name,
      value:
        'text' in variable
          ? { text: variable.text }
          : { credential: nameOf(variable.name, variable.value), prefix: variable.prefix },
    })),
    tools: answers.tools,
  };
  return { server, values };
}

function pinning(loose: readonly LoosePackage[], versions: readonly string[]): Pin {
  const known = loose.flatMap((one, index) => {
    const version = versions[index];
    return version === undefined ? [] : [{ ...one, text: one.withVersion(version) }];
  });
  const backwards = known.sort((one, other) => other.span.start - one.span.start);
  return (index, whole) =>
    backwards
      .filter(({ at, span }) => at === index && span.end <= whole.length)
      .reduce((result, { span, text }) => result.slice(0, span.start) + text + result.slice(span.end), whole);
}

/** As a name in the policy: lower-case letters, digits and dashes, a letter first. Empty when nothing is left. */
export function plainName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|(?<!-)-+$/g, '')
    .slice(0, 50);
}
