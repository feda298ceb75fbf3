import { phrase } from '../../text/phrase.ts';
import { type Entry, type Reader, spanOf } from '../text/reader.ts';

const EXAMPLE = '[copilot, claude*]';

/** Reads a rule's `agents`: patterns of short client names. */
export function readAgents(reader: Reader, entry: Entry | undefined): readonly string[] | undefined | 'wrong' {
  if (entry === undefined) return undefined;
  const items = reader.list(entry, '`agents`', EXAMPLE);
  if (items === undefined) return 'wrong';
  const agents: string[] = [];
  for (const item of items) {
    const at = item === null ? reader.at(entry) : spanOf(item);
    const text = reader.text(item, at, phrase`An agent`);
    if (text === undefined) return 'wrong';
    if (!/^[a-z0-9._*-]{1,64}$/.test(text)) {
      const lower = text.toLowerCase().replaceAll(/[^a-z0-9._*-]+/g, '-');
      reader.problems.error(
        'bad-agent',
        at,
        phrase`An agent has a short name, such as copilot, claude or cursor*: lower-case letters, digits, dots, dashes and stars.`,
        /^[a-z0-9]/.test(lower) && lower.length <= 64 ? lower : undefined,
      );
      return 'wrong';
    }
    agents.push(text);
  }
  if (agents.length > 0) return agents;
  reader.problems.error(
    'bad-agent',
    reader.at(entry),
    phrase`\`agents\` is empty. Write ${EXAMPLE}, or remove the key.`,
  );
  return 'wrong';
}
