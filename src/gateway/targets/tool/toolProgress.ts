import type { CallProgress } from '../../../protocol/messages.ts';
import type { Recorder } from '../../audit/recorder.ts';
import { fewWords } from './serverLog.ts';

/**
 * What an agent may hear of how far a call has come; undefined where the number is a credential of digits: a server can say
 * it as a number as well as in words.
 */
export function notifiableProgress(
  { progress, total, message }: { progress: number; total?: number | undefined; message?: string | undefined },
  recorder: Pick<Recorder, 'redact'>,
): CallProgress | undefined {
  const tells = (number: number): boolean => recorder.redact(String(number)) !== String(number);
  if (tells(progress)) return undefined;
  return {
    progress,
    ...(total === undefined || tells(total) ? {} : { total }),
    ...(message === undefined ? {} : { message: fewWords(message, recorder) }),
  };
}
