import { commands, type Disposable, l10n, TabInputTextDiff, Uri, window, workspace } from 'vscode';
import type { Proposal } from '../../../core/policy/learn/learn.ts';

const PROPOSAL_SCHEME = 'valetkey-proposal';
/** Each holds its text in memory. */
const MAX_PROPOSALS = 10;

/** A text that traffic suggests for a policy file, as the user is shown it. */
export interface ShownProposal extends Proposal {
  readonly policyId: string;
  readonly label: string;
  /** The file's text that it is a proposal for. */
  readonly before: string;
}

/** Proposals for policy files: shown as a difference, and written only by the user's command. */
export class Proposals {
  readonly #shown = new Map<string, ShownProposal>();
  #count = 0;

  /** Opens the difference between the file and the proposal. */
  async show(file: Uri, proposal: ShownProposal): Promise<void> {
    this.#count += 1;
    const uri = Uri.from({ scheme: PROPOSAL_SCHEME, path: '/valetkey.yaml', query: String(this.#count) });
    this.#shown.set(uri.toString(), proposal);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > MAX_PROPOSALS && oldest !== undefined) this.#shown.delete(oldest);
    const title = l10n.t('{0}: as it is ↔ proposed', proposal.label);
    await commands.executeCommand('vscode.diff', file, uri, title, { preview: false });
  }

  /** The proposal at this address, or else in the editor in front. */
  find(argument: unknown): ShownProposal | undefined {
    const input = window.tabGroups.activeTabGroup.activeTab?.input;
    const uri = argument instanceof Uri ? argument : input instanceof TabInputTextDiff ? input.modified : undefined;
    return uri && this.#shown.get(uri.toString());
  }

  register(): Disposable {
    return workspace.registerTextDocumentContentProvider(PROPOSAL_SCHEME, {
      provideTextDocumentContent: (uri) => this.#shown.get(uri.toString())?.text ?? '',
    });
  }
}
