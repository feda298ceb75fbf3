/**
 * The editor as our dialogs, menus and rows use it, in the place of the module `vscode` in unit tests (vitest.config.mts). It
 * draws nothing: it writes down what it was given, and answers as a test said before. What it lacks, a test has no business
 * with: end-to-end tests have a real one.
 */

/** One dialog, list or box, as the user saw it. */
export interface Shown {
  readonly kind: 'information' | 'warning' | 'error' | 'list' | 'box';
  /** Of a message its text, of a list or box what it asks. */
  readonly text: string;
  readonly detail?: string;
  /** Buttons of a message, rows of a list. */
  readonly choices: readonly string[];
}

/** Goes back one step. */
export const BACK = Symbol('back');
/** Closes a dialog, a list or a box without an answer. */
export const CLOSE = Symbol('close');
/** A button to press, a row to pick, a text to enter; or what else a hand can do. */
export type Act = string | typeof BACK | typeof CLOSE;

type Listener<T> = (value: T) => unknown;

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>): Disposable => {
    this.#listeners.add(listener);
    return new Disposable(() => this.#listeners.delete(listener));
  };
  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

export class Disposable {
  readonly #dispose: () => unknown;
  constructor(dispose: () => unknown) {
    this.#dispose = dispose;
  }
  static from(...all: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const one of all) one.dispose();
    });
  }
  dispose(): void {
    this.#dispose();
  }
}

interface FakeStatusBarItem {
  readonly id: string;
  text?: string;
  tooltip?: string;
  command?: string;
  backgroundColor?: { readonly id: string } | undefined;
  accessibilityInformation?: { readonly label: string };
  show(): void;
  dispose(): void;
}

class FakeEditor {
  /** What was shown in the middle of the screen, in order. */
  shown: Shown[] = [];
  /** What was said in passing. */
  toasts: string[] = [];
  /** Commands that were started by ours. */
  commands: (readonly unknown[])[] = [];
  trusted = true;
  statusBar: FakeStatusBarItem | undefined;
  /** Diagnostics by the address of their file. */
  diagnostics = new Map<string, readonly Diagnostic[]>();
  /** What is on disk, by address. */
  files = new Map<string, Uint8Array>();
  /** Documents that are open. */
  documents: { readonly uri: Uri; isDirty: boolean; save(): Promise<boolean> }[] = [];
  /** A document was closed. */
  readonly closed = new EventEmitter<{ readonly uri: Uri }>();
  /** What gives fixes. */
  fixes: {
    provideCodeActions(document: { readonly uri: Uri }, range: Range, context: unknown): readonly CodeAction[];
  }[] = [];
  /** Called whenever somebody has read a dialog. */
  read: () => void = () => undefined;
  #acts: Act[] = [];

  reset(): void {
    Object.assign(this, new FakeEditor());
    this.#acts = [];
  }

  /** What the user does next, one act for each dialog; a box that finds fault with a text takes the next one. */
  will(...acts: readonly Act[]): void {
    this.#acts.push(...acts);
  }

  /** Acts that nobody asked for. */
  get left(): readonly Act[] {
    return this.#acts;
  }

  next(what: string): Act {
    const act = this.#acts.shift();
    if (act === undefined) throw new Error(`The test says nothing of what happens to “${what}”.`);
    this.read();
    return act;
  }
}

export const editor = new FakeEditor();

interface MessageOptions {
  readonly modal?: boolean;
  readonly detail?: string;
}

function message(kind: Shown['kind']) {
  return async (text: string, ...rest: readonly (string | MessageOptions)[]): Promise<string | undefined> => {
    const [options] = rest.filter((one) => typeof one === 'object');
    const choices = rest.filter((one) => typeof one === 'string');
    if (!options?.modal) {
      editor.toasts.push(text);
      return undefined;
    }
    editor.shown.push({ kind, text, choices, ...(options.detail === undefined ? {} : { detail: options.detail }) });
    // A message that only says something is closed.
    const act = choices.length === 0 ? CLOSE : editor.next(text);
    if (typeof act === 'symbol') return undefined;
    if (!choices.includes(act)) throw new Error(`“${text}” has no button “${act}”, but ${choices.join(', ')}.`);
    return act;
  };
}

/** What boxes and lists have in common. */
abstract class Input {
  title = '';
  placeholder = '';
  value = '';
  step: number | undefined;
  totalSteps: number | undefined;
  ignoreFocusOut = false;
  buttons: readonly unknown[] = [];
  protected gone = false;
  readonly #accepted = new EventEmitter<void>();
  readonly #hidden = new EventEmitter<void>();
  readonly #typed = new EventEmitter<string>();
  readonly #pressed = new EventEmitter<unknown>();
  readonly onDidAccept = this.#accepted.event;
  readonly onDidHide = this.#hidden.event;
  readonly onDidChangeValue = this.#typed.event;
  readonly onDidTriggerButton = this.#pressed.event;

  show(): void {
    queueMicrotask(() => this.#use());
  }

  dispose(): void {
    this.gone = true;
  }

  protected type(text: string): void {
    this.value = text;
    this.#typed.fire(text);
  }

  protected accept(): void {
    this.#accepted.fire();
  }

  protected abstract take(act: string): void;
  protected abstract get seen(): Shown;

  #use(): void {
    while (!this.gone) {
      editor.shown.push(this.seen);
      const act = editor.next(this.seen.text);
      if (act === CLOSE) this.#hidden.fire();
      else if (act === BACK) this.#pressed.fire(this.buttons.find((button) => button === QuickInputButtons.Back));
      else {
        const button = this.buttons.find((one) => (one as { readonly tooltip?: string }).tooltip === act);
        if (button) this.#pressed.fire(button);
        else this.take(act);
      }
    }
  }
}

class FakeBox extends Input {
  prompt = '';
  password = false;
  validationMessage: string | { readonly message: string } | undefined;

  protected get seen(): Shown {
    const fault = this.validationMessage;
    const detail = typeof fault === 'object' ? fault.message : fault;
    const text = this.password ? `${this.prompt} (hidden)` : this.prompt;
    return { kind: 'box', text, choices: [], ...(detail === undefined ? {} : { detail }) };
  }

  protected take(text: string): void {
    this.type(text);
    this.accept();
  }
}

interface Item {
  readonly label: string;
  readonly kind?: number;
}

class FakeList extends Input {
  items: readonly Item[] = [];
  selectedItems: readonly Item[] = [];
  canSelectMany = false;
  matchOnDescription = false;

  protected get seen(): Shown {
    const rows = this.items.filter(({ kind }) => kind !== QuickPickItemKind.Separator);
    return { kind: 'list', text: this.placeholder, choices: rows.map(({ label }) => label) };
  }

  /** Picks the row with this label; what no row says goes into the filter. */
  protected take(label: string): void {
    const rows = this.items.filter((item) => label.split('|').includes(item.label));
    if (rows.length === 0) {
      this.type(label);
      return;
    }
    this.selectedItems = rows;
    this.accept();
  }
}

export const window = {
  showInformationMessage: message('information'),
  showWarningMessage: message('warning'),
  showErrorMessage: message('error'),
  tabGroups: { all: [], close: async (): Promise<void> => undefined },
  /** A progress that nobody cancels. */
  withProgress: <T>(_options: unknown, task: (progress: unknown, token: unknown) => Promise<T>): Promise<T> =>
    task({ report: () => undefined }, { onCancellationRequested: () => new Disposable(() => undefined) }),
  createInputBox: (): FakeBox => new FakeBox(),
  createQuickPick: (): FakeList => new FakeList(),
  createStatusBarItem: (id: string): FakeStatusBarItem => {
    editor.statusBar = { id, show: () => undefined, dispose: () => undefined };
    return editor.statusBar;
  },
};

export const workspace = {
  get isTrusted(): boolean {
    return editor.trusted;
  },
  onDidCloseTextDocument: (listener: (document: { readonly uri: Uri }) => unknown): Disposable =>
    editor.closed.event(listener),
  findFiles: async (): Promise<readonly Uri[]> => [],
  get textDocuments(): FakeEditor['documents'] {
    return editor.documents;
  },
  fs: {
    stat: async (_uri: Uri): Promise<object> => ({}),
    readFile: async (uri: Uri): Promise<Uint8Array> => editor.files.get(uri.toString()) ?? new Uint8Array(),
    writeFile: async (uri: Uri, bytes: Uint8Array): Promise<void> => void editor.files.set(uri.toString(), bytes),
  },
};

export const commands = {
  executeCommand: async (...all: readonly unknown[]): Promise<void> => void editor.commands.push(all),
  registerCommand: (id: string, run: (argument?: unknown) => Promise<void>): Disposable => {
    editor.commands.push([id, run]);
    return new Disposable(() => undefined);
  },
};

export const l10n = {
  t: (text: string, ...values: readonly (string | number)[]): string =>
    text.replaceAll(/\{(\d+)\}/g, (_all, at: string) => String(values[Number(at)])),
};

/** What VS Code's own file system fails with; node's errors are none. */
export class FileSystemError extends Error {
  readonly code: string = 'Unknown';
}

export class ThemeColor {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

export class ThemeIcon {
  readonly id: string;
  readonly color: ThemeColor | undefined;
  constructor(id: string, color?: ThemeColor) {
    this.id = id;
    this.color = color;
  }
}

export class TreeItem {
  readonly label: string;
  readonly collapsibleState: number;
  constructor(label: string, collapsibleState = 0) {
    this.label = label;
    this.collapsibleState = collapsibleState;
  }
}

export class Uri {
  readonly scheme: string;
  readonly path: string;
  private constructor(scheme: string, path: string) {
    this.scheme = scheme;
    this.path = path;
  }
  static parse(text: string): Uri {
    const [scheme = '', ...rest] = text.split(':');
    return new Uri(scheme, rest.join(':'));
  }
  static from({ scheme, path }: { readonly scheme: string; readonly path: string }): Uri {
    return new Uri(scheme, path);
  }
  static file(path: string): Uri {
    return new Uri('file', path);
  }
  toString(): string {
    return `${this.scheme}:${this.path}`;
  }
}

interface Position {
  readonly line: number;
  readonly character: number;
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(startLine: number, startColumn: number, endLine: number, endColumn: number) {
    this.start = { line: startLine, character: startColumn };
    this.end = { line: endLine, character: endColumn };
  }
}

export class Diagnostic {
  readonly range: Range;
  readonly message: string;
  readonly severity: number;
  source?: string;
  code?: unknown;
  constructor(range: Range, message: string, severity: number) {
    this.range = range;
    this.message = message;
    this.severity = severity;
  }
}

export class Location {
  readonly uri: Uri;
  readonly range: Range;
  constructor(uri: Uri, range: Range) {
    this.uri = uri;
    this.range = range;
  }
}

export class DiagnosticRelatedInformation {
  readonly location: Location;
  readonly message: string;
  constructor(location: Location, message: string) {
    this.location = location;
    this.message = message;
  }
}

export class CodeAction {
  readonly title: string;
  readonly kind: string;
  command?: { readonly command: string; readonly arguments: readonly unknown[] };
  constructor(title: string, kind: string) {
    this.title = title;
    this.kind = kind;
  }
}

export const languages = {
  createDiagnosticCollection: () => ({
    set: (uri: Uri, diagnostics: readonly Diagnostic[]) => editor.diagnostics.set(uri.toString(), diagnostics),
    delete: (uri: Uri) => editor.diagnostics.delete(uri.toString()),
    clear: () => editor.diagnostics.clear(),
    dispose: () => editor.diagnostics.clear(),
  }),
  registerCodeActionsProvider: (_selector: unknown, provider: FakeEditor['fixes'][number]): Disposable => {
    editor.fixes.push(provider);
    return new Disposable(() => undefined);
  },
};

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const QuickPickItemKind = { Separator: -1, Default: 0 };
export const InputBoxValidationSeverity = { Information: 1, Warning: 2, Error: 3 };
export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2 };
export const DiagnosticTag = { Unnecessary: 1 };
export const CodeActionKind = { QuickFix: 'quickfix' };
export const ProgressLocation = { Notification: 15 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const QuickInputButtons = { Back: { tooltip: undefined } };
export const TabInputTextDiff = class {};
export const env = { clipboard: { writeText: async (): Promise<void> => undefined } };
