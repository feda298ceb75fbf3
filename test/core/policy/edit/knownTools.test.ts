import { expect, test } from 'vitest';
import { leastTools, toolsInEditor } from '../../../../src/core/policy/edit/knownTools.ts';

test('only the tools of that very server are its tools', () => {
  const names = ['mcp_github_get_me', 'mcp_github_create_issue', 'mcp_gitlab_get_me', 'read_file', 'mcp_git_log'];
  expect(toolsInEditor('GitHub', names)).toEqual(['get_me', 'create_issue']);
  expect(toolsInEditor('git', names)).toEqual(['log']);
  expect(toolsInEditor('none', names)).toEqual([]);
});

test('a long name is cut as VS Code cuts it; where two are cut to the same, nothing is known', () => {
  const names = ['mcp_my_own_servers_get_me'];
  expect(toolsInEditor('My own servers for work', ['mcp_my_own_server_get_me'])).toEqual(['get_me']);
  expect(toolsInEditor('My own servers for work', [...names, 'mcp_my_own_server2_get_me'])).toEqual([]);
});

test('what reads by its name is allowed, all else asks, and where nothing is known everything asks', () => {
  expect(leastTools(['get_me', 'listIssues', 'create_issue', 'getaway', 'search'])).toEqual({
    allow: ['get_me', 'listIssues', 'search'],
    ask: ['create_issue', 'getaway'],
  });
  expect(leastTools([])).toEqual({ allow: [], ask: ['*'] });
});
