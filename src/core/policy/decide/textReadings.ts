import { foldText } from '../patterns/fold.ts';

/** What conditions ask about a text. A request answers from memory, as many conditions may ask about one long text. */
export interface TextReadings {
  /** See {@link foldText}. */
  readonly fold: (text: string) => string;
  /** See {@link climbs}. */
  readonly climbs: (text: string) => boolean;
}

export const TEXT_READINGS: TextReadings = { fold: foldText, climbs };

/** Whether a text, taken for a path, has a dot segment: what that leads to need not fit the pattern that the text fits. */
export function climbs(text: string): boolean {
  return foldText(text)
    .split(/[/\\]/)
    .some((part) => /^\.\.?$/.test(part.split(/[;?#]/, 1)[0]?.trim() ?? ''));
}
