import { LineIndex } from '../../text/lineIndex.ts';
import { type Phrase, phrase } from '../../text/phrase.ts';
import { findingIn } from '../findings/finding.ts';
import type { ConfigFile, ReadConfig } from '../model/checkupModel.ts';
import { MAX_CONFIG_BYTES } from './configLimits.ts';

/** Why a file that is there has no text for us. */
export type Unreadable =
  | 'too-large'
  | 'no-permission'
  | 'no-file'
  | 'not-utf8'
  | 'outside'
  | 'not-readable'
  | 'took-too-long';

/** A file without a text, and a note that says so: what is in it is not known to be well. */
export function unreadableConfig(file: Omit<ConfigFile, 'text'>, why: Unreadable): ReadConfig {
  const empty = { file: { ...file, text: '' }, lines: new LineIndex('') };
  const note = findingIn(empty, 3, {
    severity: 'warning',
    code: why,
    span: { start: 0, end: 0 },
    message: messageOf(why),
  });
  return { ...empty, servers: [], loose: [], notes: [note], unread: true };
}

function messageOf(why: Unreadable): Phrase {
  switch (why) {
    case 'too-large':
      return phrase`The file is larger than ${MAX_CONFIG_BYTES / 1024 / 1024} MB, so it was not checked.`;
    case 'no-permission':
      return phrase`You do not have permission to read the file, so it was not checked. Check who owns it.`;
    case 'no-file':
      return phrase`This is not a regular file, so it was not checked.`;
    case 'not-utf8':
      return phrase`The file is not UTF-8, so it was not checked. Save it as UTF-8.`;
    case 'outside':
      return phrase`This links to a file outside the checked folder, so it was not read.`;
    case 'took-too-long':
      return phrase`The file took longer than two seconds to check, so it was not checked. No client writes such a file: see what makes it so large.`;
    case 'not-readable':
      return phrase`The file could not be read, so it was not checked. A symbolic link may be broken or circular.`;
  }
}
