import type { AgentParts, CredentialParts, FreezeParts, GatewayPart, PolicyParts, ServerParts } from '../app/parts.ts';
import { ANCHOR_PREFIX } from '../audit/model/anchorStore.ts';
import { reloadOn } from '../state/reloader.ts';
import type { SharedStateFile } from '../state/sharedState.ts';
import { type Disposable, Emitter, type Event, together } from '../util/emitter.ts';

/** The parts of a window of which the gateway knows something: as little of each as is needed here. */
export interface PushedParts {
  readonly gateway: Pick<GatewayPart['gateway'], 'push'>;
  readonly freeze: Pick<FreezeParts['freeze'], 'onDidChange' | 'load'>;
  readonly agentStore: Pick<AgentParts['agentStore'], 'onDidChange' | 'load'>;
  readonly credentials: Pick<CredentialParts['credentials'], 'onDidChange' | 'load'>;
  readonly policies: Pick<PolicyParts['policies'], 'onDidChange' | 'refresh'>;
  readonly toolPins: Pick<ServerParts['toolPins'], 'onDidChangePins' | 'load'>;
  readonly administrator: Pick<PolicyParts['administrator'], 'onDidChange'>;
}

/** What VS Code and other windows say. */
export interface Signals {
  readonly shared: Pick<SharedStateFile, 'onDidChange' | 'watch'>;
  /** VS Code says this of what this window stores, too. */
  readonly onDidChangeSecret: Event<{ readonly key: string }>;
  readonly onDidChangeNetwork: Event<void>;
}

/** Sends the gateway what changes in this window, and reads again what changes in another one. */
export function pushChanges(
  parts: PushedParts,
  { shared, onDidChangeSecret, onDidChangeNetwork }: Signals,
  failed: (error: unknown) => void,
): Disposable {
  const { gateway, freeze, agentStore, credentials, policies, toolPins, administrator } = parts;
  // Anchors in SecretStorage concern no other window.
  const secretsChanged = new Emitter<void>();
  return together(
    freeze.onDidChange(() => void gateway.push('freeze')),
    agentStore.onDidChange(() => void gateway.push('agents')),
    credentials.onDidChange(() => void gateway.push('credentials')),
    // Which credentials count here depends on the policies, so the policies go first.
    // What is active of a server's tools is known before the server is.
    policies.onDidChange(
      () =>
        void gateway
          .push('toolPins')
          .then(() => gateway.push('policies'))
          .then(() => gateway.push('credentials')),
    ),
    // Another window may have accepted what it saw first, or reviewed.
    toolPins.onDidChangePins(() => void gateway.push('toolPins')),
    administrator.onDidChange(() => void gateway.push('policies')),
    onDidChangeNetwork(() => void gateway.push('network')),
    shared.watch(),
    onDidChangeSecret(({ key }) => {
      if (!key.startsWith(ANCHOR_PREFIX)) secretsChanged.fire();
    }),
    reloadOn([shared.onDidChange, secretsChanged.event], { ...parts, agents: agentStore }, failed),
  );
}
