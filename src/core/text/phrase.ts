/** What stands in a gap of a phrase: a name or a number as it is, another phrase, or several of them with commas between. */
export type PhraseArg = string | number | Phrase | readonly (string | Phrase)[];

/**
 * A text for people that is not worded yet: the core does not know their language. Plain data, so that it crosses threads
 * and pipes. Example: `{ template: "Write one of: {0}.", args: [["GET", "POST"]] }`.
 */
export interface Phrase {
  /** In English, with {0}, {1} … where the arguments go, as VS Code’s `l10n.t` takes it. */
  readonly template: string;
  readonly args: readonly PhraseArg[];
}

/** The tag of every text that people get from the core. A test collects what stands behind it for the translators. */
export function phrase(parts: TemplateStringsArray, ...args: readonly PhraseArg[]): Phrase {
  return { template: parts.reduce((template, part, index) => `${template}{${index - 1}}${part}`), args };
}

/** A phrase in words, its arguments first. `say` fills one template. */
export function worded(
  { template, args }: Phrase,
  say: (template: string, args: readonly (string | number)[]) => string,
): string {
  const part = (arg: string | number | Phrase): string | number => (typeof arg === 'object' ? worded(arg, say) : arg);
  return say(
    template,
    args.map((arg) => (isList(arg) ? arg.map(part).join(', ') : part(arg))),
  );
}

/** The same phrase, with each text in its gaps changed so. */
export function withArgs({ template, args }: Phrase, change: (text: string) => string): Phrase {
  const changed = <T extends PhraseArg>(arg: T): PhraseArg => {
    if (typeof arg === 'string') return change(arg);
    if (typeof arg === 'number') return arg;
    return isList(arg)
      ? arg.map((one) => (typeof one === 'string' ? change(one) : withArgs(one, change)))
      : withArgs(arg, change);
  };
  return { template, args: args.map(changed) };
}

/** A phrase as agents, the command line and records get it. */
export function inEnglish(text: Phrase): string {
  return worded(text, (template, args) =>
    template.replace(/\{(\d+)\}/g, (gap, index: string) => String(args[Number(index)] ?? gap)),
  );
}

function isList(arg: PhraseArg): arg is readonly (string | Phrase)[] {
  return Array.isArray(arg);
}
