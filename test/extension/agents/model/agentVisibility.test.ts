import { expect, test } from 'vitest';
import {
  type VisibilityFacts,
  type VisibilityProblem,
  visibilityProblems,
} from '../../../../src/extension/agents/model/agentVisibility.ts';

const WELL: VisibilityFacts = {
  offersServers: true,
  access: 'all',
  enabled: undefined,
  autostart: 'newAndOutdated',
  aiDisabled: false,
  agentHost: false,
  remote: undefined,
  trusted: true,
  gatewayUp: true,
  proxies: 1,
  tools: 4,
};

test.each<[string, Partial<VisibilityFacts>, VisibilityProblem[]]>([
  ['nothing is amiss', {}, []],
  ['an agent outside the editor is connected, but this editor lists no tools', { tools: 0 }, ['not-started']],
  ['the editor is too old', { offersServers: false, tools: 0 }, ['no-api']],
  ['AI features are off', { aiDisabled: true }, ['ai-disabled']],
  ['MCP is off', { access: 'none' }, ['mcp-disabled']],
  ['MCP is off in an older editor', { access: undefined, enabled: false }, ['mcp-disabled']],
  ['only listed servers may run', { access: 'registry', tools: 0 }, ['registry-only']],
  ['the workspace is not trusted', { trusted: false }, ['untrusted']],
  ['the gateway is down', { gatewayUp: false, proxies: 0 }, ['gateway-down']],
  ['nobody started the server', { proxies: 0, tools: 0 }, ['not-started']],
  ['starting is left to the user', { proxies: 0, tools: 0, autostart: 'never' }, ['autostart-never']],
  ['agents run in the agent host', { proxies: 0, agentHost: true }, ['not-started', 'agent-host']],
  ['the window is remote and nobody is connected', { remote: 'ssh-remote', proxies: 0 }, ['not-started', 'remote']],
  ['the window is remote and an agent is connected', { remote: 'ssh-remote' }, []],
  ['several', { trusted: false, gatewayUp: false, access: 'none' }, ['gateway-down', 'untrusted', 'mcp-disabled']],
])('%s', (_what, facts, problems) => {
  expect(visibilityProblems({ ...WELL, ...facts })).toEqual(problems);
});
