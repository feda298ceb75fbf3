import { describe, expect, it } from 'vitest';
import type { CheckupContext } from '../../../src/core/checkup/model/context.ts';
import { findings, found, NOW, read, withServer } from './support.ts';

const DAY = 24 * 60 * 60 * 1000;
const token = ['gh', 'p_', 'Zq81mXc72LpWv04TkR9sB3nY6hD5fGjA1eUo'].join('');
const of = (check: number, server: unknown): string[] =>
  found([withServer(server)], check).map((text) => text.replace('/mcpServers/s/', ''));

describe('check 2', () => {
  it.each([
    [
      { command: 'docker', args: ['run', '-v', '/var/run/docker.sock:/var/run/docker.sock', 'o/i:1'] },
      'docker-socket args/2',
    ],
    [{ command: 'docker', args: ['run', '--privileged', 'o/i:1'] }, 'privileged-container args/1'],
    [{ command: 'docker', args: ['run', '--mount', 'type=bind,src=/,dst=/host', 'o/i:1'] }, 'broad-mount args/2'],
    [{ command: 'docker', args: ['run', '--volume=/home/me:/w', 'o/i:1'] }, 'broad-mount args/1'],
    [
      { command: 'npx', args: ['@modelcontextprotocol/server-filesystem@1.0.0', '/Users/me'] },
      'broad-filesystem args/1',
    ],
    [{ command: 'deno', args: ['run', '-A', 'main.ts'] }, 'allow-all args/1'],
    [{ command: './s', args: ['--tools=all'] }, 'allow-all args/0'],
    [{ command: './s', autoApprove: ['read_file', 'delete_file'] }, 'auto-approved autoApprove/1'],
    [{ command: './s', trust: true }, 'auto-approved trust'],
    [{ command: './s', args: ['--toolsets', 'all'] }, 'allow-all args/0'],
    [{ command: './s', args: ['--access-mode', 'unrestricted'] }, 'allow-all args/0'],
    [{ command: './s', args: ['--permission-mode', 'bypassPermissions'] }, 'allow-all args/0'],
    [{ command: './s', args: ['--sandbox=danger-full-access'] }, 'allow-all args/0'],
    [{ command: './s', args: ['--mode', 'unrestricted'] }, 'allow-all args/0'],
    [{ command: './s', env: { GITHUB_TOOLSETS: 'all' } }, 'allow-all env/GITHUB_TOOLSETS'],
    [{ command: './s', env: { ENABLED_TOOLS: '*' } }, 'allow-all env/ENABLED_TOOLS'],
    [{ command: './s', env: { MCP_ALLOW_ALL: '1' } }, 'allow-all env/MCP_ALLOW_ALL'],
    [{ command: './s', env: { AUTO_APPROVE: 'true' } }, 'allow-all env/AUTO_APPROVE'],
    [{ command: './s', env: { ALLOW_DANGEROUS_COMMANDS: 'yes' } }, 'allow-all env/ALLOW_DANGEROUS_COMMANDS'],
    [{ command: './s', env: { YOLO: 'on' } }, 'allow-all env/YOLO'],
    [{ command: 'docker', args: ['run', '--network', 'host', 'o/i:1'] }, 'shares-host args/2'],
    [{ command: 'docker', args: ['run', '--pid=host', 'o/i:1'] }, 'shares-host args/1'],
    [{ command: 'podman', args: ['run', '--security-opt', 'seccomp=unconfined', 'o/i:1'] }, 'shares-host args/2'],
    [{ command: 'docker', args: ['run', '--cap-add=ALL', 'o/i:1'] }, 'privileged-container args/1'],
    [{ command: 'docker', args: ['run', '--privileged=true', 'o/i:1'] }, 'privileged-container args/1'],
  ])('reports %j', (server, expected) => {
    expect(of(2, server)).toEqual([expected]);
  });

  it.each([
    [{ command: 'docker', args: ['run', '-v', '/home/me/project:/w:ro', 'o/i:1'] }],
    [{ command: 'npx', args: ['@modelcontextprotocol/server-filesystem@1.0.0', '/home/me/project'] }],
    [{ command: 'deno', args: ['run', '--allow-net=a.example', 'main.ts'] }],
    [{ command: './s', autoApprove: ['read_file'], trust: false }],
    [{ command: './s', args: ['--toolsets', 'repos,issues', '--mode', 'all', '--tools', '--all'] }],
    [{ command: './s', env: { TOOLSETS: 'repos', MODE: 'all' } }],
    [{ command: './s', env: { MCP_ALLOW_ALL: '0', AUTO_APPROVE: 'false', YOLO: '', ALLOW_ALL_ORIGINS_FROM: 'x' } }],
    [{ command: 'docker', args: ['run', '--network', 'bridge', '--cap-add=NET_RAW', 'o/i:1'] }],
    [{ command: 'docker', args: ['run', '--privileged=false', 'o/i:1'] }],
  ])('lets pass %j', (server) => {
    expect(of(2, server)).toEqual([]);
  });
});

describe('check 2 tells by the words of its name whether a tool', () => {
  it.each([
    'list_workflow_runs',
    'get_workflow_run',
    'get_last_update',
    'get_trunk',
    'read_dropdown',
    'n8n_list_executions',
    'get_merge_status',
    'describe_deployments',
    'search_pushes',
    'listUpdates',
    'show-drop-zone',
    'workflow_run_get',
    'mcp__git__count_commits',
    'sequentialthinking',
    'truncated_view',
    'retrieve_push_rules',
    'poll_run',
    'inspect_copy',
  ])('reads: %s', (tool) => {
    expect(of(2, { command: './s', alwaysAllow: [tool] })).toEqual([]);
  });

  it.each([
    'run_workflow',
    'update_page',
    'create_list',
    'execute_sql',
    'n8n_delete_execution',
    'get_or_create_user',
    'list-and-delete',
    'deployService',
    'drop_table',
    'git_push',
    'sendMessage',
    ...'bash terminal rm destroy_stack terminate_instances rollback_release trigger_build dispatch_workflow apply_migration'.split(
      ' ',
    ),
    ...'kubectl_apply scale_deployment invoke_lambda copy_file unlink_file wipe_data clear_cache import_data toggle_light'.split(
      ' ',
    ),
    ...'browser_click puppeteer_evaluate fill_form submit_form comment_on_issue reopen_issue invite_user read_write_file'.split(
      ' ',
    ),
  ])('writes: %s', (tool) => {
    expect(of(2, { command: './s', alwaysAllow: [tool] })).toEqual(['auto-approved alwaysAllow/0']);
  });
});

describe('check 5', () => {
  it.each([
    [{ url: ' HTTP://MCP.EXAMPLE.COM/mcp' }, 'cleartext-transport url'],
    [{ url: 'http://localhost@evil.example/' }, 'cleartext-transport url'],
    [{ url: 'ws://h.example' }, 'cleartext-transport url'],
    [{ command: 'npx', args: ['mcp-remote@1.0.0', 'http://h.example/mcp'] }, 'cleartext-transport args/1'],
    [
      { command: 'uvx', args: ['mcp-proxy==0.8.0', '--transport=streamablehttp', 'http://h.example/mcp'] },
      'cleartext-transport args/2',
    ],
    [{ command: './s', args: ['--url=http://h.example/mcp'] }, 'cleartext-transport args/0'],
    [{ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }, 'tls-not-verified env/NODE_TLS_REJECT_UNAUTHORIZED'],
    [{ env: { JIRA_SSL_VERIFY: 'false' } }, 'tls-not-verified env/JIRA_SSL_VERIFY'],
    [{ args: ['--insecure'] }, 'tls-not-verified args/0'],
  ])('reports %j', (server, expected) => {
    expect(of(5, server)).toEqual([expected]);
  });

  it.each([
    [{ url: 'http://127.0.0.2:1/' }],
    [{ url: 'http://[::1]:1/' }],
    [{ url: 'http://2130706433/' }],
    [{ url: `http://${'$'}{env:HOST}/mcp` }],
    [{ url: 'https://h.example/?next=http://h.example' }],
    [{ url: 'unix:///tmp/x.sock' }],
    [{ env: { JIRA_SSL_VERIFY: 'true', BASE_URL: 'http://h.example' } }],
  ])('lets pass %j', (server) => {
    expect(of(5, server)).toEqual([]);
  });

  it('offers https for the scheme alone', () => {
    const config = withServer({ url: 'http://h.example/mcp' });
    const fix = findings([config], 5)[0]?.fix;
    expect(config.file.text.slice(fix?.span.start, fix?.span.end)).toBe('http');
    expect(fix).toMatchObject({ kind: 'https', newText: 'https' });
  });
});

describe('checks 4 and 6', () => {
  const servers = (map: Record<string, unknown>): string => JSON.stringify({ mcpServers: map });

  it('name every place of a value once', () => {
    const a = read(servers({ x: { env: { A: token } } }), { path: '/a' });
    const b = read(servers({ y: { headers: { Authorization: `Bearer ${token}` } } }), { path: '/b' });
    const [finding, ...others] = findings([a, b], 4);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: 'key-sprawl', file: '/a', related: [{ file: '/b' }] });
  });

  it.each([
    [{ 'github-dev': { env: { T: token } }, 'github-prod': { env: { T: token } } }, '/mcpServers/github-prod/env/T'],
    [{ s: { env: { DEV_TOKEN: token, PROD_TOKEN: token } } }, '/mcpServers/s/env/PROD_TOKEN'],
    [
      { a: { env: { NODE_ENV: 'production', T: token } }, b: { env: { NODE_ENV: 'development', T: token } } },
      '/mcpServers/a/env/T',
    ],
  ])('tell that one value serves two environments: %#', (map, key) => {
    expect(found([read(servers(map))], 6)).toEqual([`shared-between-environments ${key}`]);
  });

  it('say nothing of different values, or of one environment', () => {
    const other = token.replace('Zq', 'Qz');
    expect(found([read(servers({ dev: { env: { T: token } }, prod: { env: { T: other } } }))], 6)).toEqual([]);
    expect(found([read(servers({ a: { env: { T: token } }, prod: { env: { T: token } } }))], 6)).toEqual([]);
  });
});

describe('checks 3, 7, 8 and 10', () => {
  it('tell of a server with a secret of its own', () => {
    const config = withServer({ command: './s', args: ['--token', token, '--debug'] });
    expect(found([config], 3)).toEqual(['bypasses-valet-key /mcpServers/s']);
    expect(found([config], 7)).toEqual([
      'secret-in-arguments /mcpServers/s/args/1',
      'debug-output /mcpServers/s/args/2',
    ]);
    expect(found([config], 10)).toEqual(['no-kill-switch /mcpServers/s']);
  });

  it.each([
    [NOW - DAY, ['token-expired /mcpServers/s/env/T']],
    [NOW + DAY, ['token-expires-soon /mcpServers/s/env/T']],
    [NOW + 90 * DAY, []],
  ])('read when a JSON Web Token ends', (expires, expected) => {
    const part = (value: unknown): string => btoa(JSON.stringify(value)).replaceAll('=', '');
    const jwt = [part({ alg: 'HS256' }), part({ exp: expires / 1000 }), 'Zq81mXc72LpWv04TkR9sB3nY6hD5fGjA'].join('.');
    expect(found([withServer({ env: { T: jwt } })], 8)).toEqual(expected);
  });
});

describe("Valet Key's own state", () => {
  const place = { file: '/p', span: { start: 0, end: 1 }, start: { line: 1, column: 1 }, end: { line: 1, column: 2 } };
  const credential = { service: 'a', place, rotatedAt: NOW, fingerprint: 'f' };

  it.each<[Partial<CheckupContext>, string]>([
    [{ credentials: [{ ...credential, rotatedAt: NOW - 91 * DAY }] }, 'old-credential'],
    [{ credentials: [{ ...credential, expiresAt: NOW - 1 }] }, 'credential-expired'],
    [{ credentials: [{ ...credential, expiresAt: NOW + DAY }] }, 'credential-expires-soon'],
    [{ credentials: [{ ...credential, rejectedAt: NOW }] }, 'credential-rejected'],
    [
      {
        credentials: [
          { ...credential, environment: 'dev' },
          { ...credential, service: 'b', environment: 'prod' },
        ],
      },
      'shared-between-environments',
    ],
    [{ rules: [{ service: 'a', place, pattern: { text: '/**' }, methods: ['GET', 'POST'] }] }, 'broad-policy-rule'],
    [{ leaks: [{ service: 'a', place }] }, 'error-shows-credential'],
    [{ killSwitchTest: { place, tookMs: 61_000 } }, 'slow-freeze'],
    [{ brokenAuditLog: place }, 'trail-not-writable'],
  ])('%j', (context, code) => {
    expect(found([], undefined, context)).toEqual([code]);
  });

  it('is well when it is well', () => {
    const well: Partial<CheckupContext> = {
      credentials: [{ ...credential, expiresAt: NOW + 90 * DAY }],
      rules: [{ service: 'a', place, pattern: { text: '/**' }, methods: ['GET'] }],
      killSwitchTest: { place, tookMs: 50 },
    };
    expect(found([], undefined, well)).toEqual([]);
  });
});
