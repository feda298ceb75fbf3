import type { Phrase } from '../../text/phrase.ts';
import { parsePolicy } from '../read/parse.ts';
import { type NewService, withService } from './serviceWriter.ts';

/** What the user may answer by hand, one question each. */
export type ServiceAnswer = Pick<
  Partial<NewService>,
  'name' | 'baseUrl' | 'network' | 'environment' | 'auth' | 'verifyPath'
>;

/** All that no answer says anything about. */
const SOUND: NewService = { name: 'new', baseUrl: 'https://api.example.com', auth: { type: 'bearer' }, rules: [] };

/**
 * Why a policy could not hold this answer, in a sentence; undefined when it could. It is the policy language's own word on
 * the text that would be written, so that the end refuses nothing that a step took.
 */
export function refusedAnswer(answer: ServiceAnswer): Phrase | undefined {
  const { problems } = parsePolicy(withService(undefined, { ...SOUND, ...answer }));
  return problems.find(({ severity }) => severity === 'error')?.message;
}
