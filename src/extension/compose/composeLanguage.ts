import { errorText } from '../../core/errorText.ts';
import { AuditReader } from '../audit/explorer/auditReader.ts';
import type { LookParts } from '../policy/editor/policyLooks.ts';
import { CallHistory } from '../policy/language/callHistory.ts';
import { LanguageService } from '../policy/language/languageService.ts';
import type { Host } from './host.ts';

/** The policy language in a thread of its own, and the calls of the last days that it writes beside rules. */
export function composeLanguage({ context, log, bundle }: Host, auditDirectory: string): LookParts {
  const language = new LanguageService(bundle('gateway'));
  const history = new CallHistory({
    open: () => new AuditReader(bundle('auditWorker'), auditDirectory),
    now: Date.now,
    failed: (error) => log.warn(`The calls of the last days could not be read: ${errorText(error)}`),
  });
  context.subscriptions.push(language, history);
  return { language, history };
}
