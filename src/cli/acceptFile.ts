import * as z from 'zod';
import type { Dismissal } from '../core/checkup/dismissed.ts';
import { masked } from '../core/checkup/secrets/findSecrets.ts';
import { errorText } from '../core/errorText.ts';
import { readText, UsageError } from './usage.ts';

/** A line of a file of accepted findings. */
export interface Acceptance extends Dismissal {
  /** Counts from 1. */
  readonly line: number;
}

/** A finding as the checkup prints it, with a reason; what else stands in it is for the reader. */
const schema = z.object({
  id: z.string(),
  code: z.string(),
  reason: z.string().trim().min(1),
  kind: z.enum(['not-a-secret', 'accepted-risk']).default('accepted-risk'),
});

/** Reads a file that the caller named. One that cannot be understood is a wrong call: half of it would accept something else. */
export function readAcceptFile(file: string): readonly Acceptance[] {
  return readText(file)
    .split(/\r?\n/)
    .flatMap((text, index) => {
      if (text.trim() === '' || text.startsWith('#')) return [];
      const { id, ...accepted } = parsed(text, `${file}:${index + 1}`);
      return [{ ...accepted, reason: masked(accepted.reason), digest: id, line: index + 1 }];
    });
}

function parsed(text: string, place: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : errorText(error);
    throw new UsageError(
      `${place} is no accepted finding: ${why}. Write a line as the checkup prints it, with a "reason" added to it.`,
    );
  }
}
