/** What decides whether agents see the tools, as far as an extension can know it. */
export interface VisibilityFacts {
  /** Whether this editor starts MCP servers that extensions offer. */
  readonly offersServers: boolean;
  /** `chat.mcp.access`: `all`, `registry` (listed servers only) or `none`; undefined in editors without it. */
  readonly access: string | undefined;
  /** `chat.mcp.enabled`, of older editors. */
  readonly enabled: boolean | undefined;
  /** `chat.mcp.autostart`: `never` leaves starting to the user. */
  readonly autostart: string | undefined;
  /** `chat.disableAIFeatures`. */
  readonly aiDisabled: boolean;
  /** `chat.agentHost.enabled`: agents run outside this window, from a stored copy of the definition. */
  readonly agentHost: boolean;
  /** Such as `ssh-remote`; undefined in a local window. */
  readonly remote: string | undefined;
  readonly trusted: boolean;
  readonly gatewayUp: boolean;
  /** Proxies that are connected to this window's gateway. */
  readonly proxies: number;
  /** How many of our tools this editor lists. */
  readonly tools: number;
}

/** Why an agent may not see the tools, or may not get anything by them. */
export type VisibilityProblem =
  | 'no-api'
  | 'ai-disabled'
  | 'mcp-disabled'
  | 'registry-only'
  | 'untrusted'
  | 'gateway-down'
  | 'autostart-never'
  | 'not-started'
  | 'agent-host'
  | 'remote';

/** What stands in the way, what most certainly does first. Empty when agents are connected and nothing is amiss. */
export function visibilityProblems(facts: VisibilityFacts): readonly VisibilityProblem[] {
  const problems: VisibilityProblem[] = [];
  if (!facts.gatewayUp) problems.push('gateway-down');
  if (!facts.trusted) problems.push('untrusted');
  if (!facts.offersServers) problems.push('no-api');
  if (facts.aiDisabled) problems.push('ai-disabled');
  if (facts.access === 'none' || facts.enabled === false) problems.push('mcp-disabled');
  else if (facts.access === 'registry') problems.push('registry-only');
  const reachable = facts.proxies > 0 && facts.tools > 0;
  if (problems.length === 0 && !reachable) {
    problems.push(facts.autostart === 'never' ? 'autostart-never' : 'not-started');
    if (facts.agentHost) problems.push('agent-host');
  }
  if (facts.remote !== undefined && !reachable) problems.push('remote');
  return problems;
}
