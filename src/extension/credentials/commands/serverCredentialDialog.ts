import { l10n } from 'vscode';
import type { Server } from '../../../core/policy/model/server.ts';
import type { Secret } from '../../../core/secret.ts';
import type { Binding } from '../../../gateway/control/controlPort.ts';
import { confirmInModal } from '../../ui/confirm.ts';
import { maskedText } from '../../ui/placementText.ts';
import { serverWorkspaceWarning } from './workspaceWarning.ts';

/**
 * Asks whether an upstream MCP server may have a credential. The text names everything that the binding compares, so that what is
 * confirmed is what counts. `bound` is what the present credential was entered for, `besides` what else the click does.
 */
export async function confirmServerCredential(
  { name, run }: Server,
  value: Secret,
  { origin, placement }: Binding,
  {
    action,
    bound,
    besides,
  }: { readonly action: string; readonly bound?: Binding | undefined; readonly besides?: string },
): Promise<boolean> {
  const inWorkspace = await serverWorkspaceWarning(run);
  return confirmInModal({
    warning: bound !== undefined || inWorkspace.length > 0,
    message: l10n.t('Give this credential to the MCP server “{0}”?', name),
    detail: [
      l10n.t('Credential: {0}', maskedText(value.last4)),
      l10n.t('Server: {0}', origin),
      l10n.t('Sent in: {0}', placement),
      ...(bound ? [l10n.t('The current credential was entered for {0} ({1}).', bound.origin, bound.placement)] : []),
      '',
      ...inWorkspace,
      placement.startsWith('env:')
        ? l10n.t(
            'That program, its child processes and other programs of yours can read it in its environment. Give it only to a server that you trust.',
          )
        : l10n.t('The credential is sent to that address only.'),
      ...(besides === undefined ? [] : ['', besides]),
    ].join('\n'),
    action,
  });
}
