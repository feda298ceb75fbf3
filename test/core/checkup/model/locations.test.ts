import { describe, expect, it } from 'vitest';
import { userPlaces, workspacePlace } from '../../../../src/core/checkup/model/locations.ts';

const paths = (...args: Parameters<typeof userPlaces>): string[] => userPlaces(...args).map(({ path }) => path);

describe('places of configurations', () => {
  it.each([
    ['linux', '/home/me', '/home/me/.config'],
    ['darwin', '/Users/me', '/Users/me/Library/Application Support'],
    ['win32', 'C:\\Users\\me', 'C:/Users/me/AppData/Roaming'],
  ] as const)('on %s', (platform, home, data) => {
    const all = paths({ platform, home });
    expect(all).toContain(`${data}/Claude/claude_desktop_config.json`);
    expect(all).toContain(`${data}/Code/User/mcp.json`);
    expect(all).toContain(`${data}/Code/User/profiles/*/mcp.json`);
    for (const path of [
      '.claude.json',
      '.cursor/mcp.json',
      '.codex/config.toml',
      '.gemini/settings.json',
      '.codeium/windsurf/mcp_config.json',
    ]) {
      expect(all).toContain(`${home.replaceAll('\\', '/')}/${path}`);
    }
  });

  it('follow the environment where it moves them', () => {
    const linux = paths({ platform: 'linux', home: '/h', xdgConfigHome: '/x', codexHome: '/c', claudeConfigDir: '/d' });
    expect(linux).toEqual(
      expect.arrayContaining(['/x/Claude/claude_desktop_config.json', '/c/config.toml', '/d/.claude.json']),
    );
    expect(paths({ platform: 'win32', home: 'C:\\h', appData: 'D:\\a' })).toContain('D:/a/Code/User/mcp.json');
    const mac = paths({ platform: 'darwin', home: '/h', xdgConfigHome: '/x' });
    expect(mac).toContain('/h/Library/Application Support/Code/User/mcp.json');
    expect(mac).not.toContain('/x/Code/User/mcp.json');
    expect(mac).toEqual(expect.arrayContaining(['/x/opencode/opencode.json', '/h/.config/opencode/opencode.json']));
    const windows = paths({ platform: 'win32', home: 'C:\\h', localAppData: 'D:\\l', copilotHome: 'D:\\c' });
    expect(windows).toEqual(expect.arrayContaining(['D:/l/crush/crush.json', 'D:/c/agents/*.md']));
  });

  it.each([
    ['.vscode/mcp.json', 'vscode'],
    ['packages/a/.vscode/mcp.json', 'vscode'],
    ['a.code-workspace', 'vscode'],
    ['.devcontainer/db/devcontainer.json', 'vscode'],
    ['apps/.mcp.json', 'claude-code'],
    ['.continue/mcpServers/x.yaml', 'continue'],
    ['.codex/config.toml', 'codex'],
    ['.continue/mcpServers/mcp.json', 'continue'],
    ['.kiro/settings/mcp.json', 'kiro'],
    ['.warp/.mcp.json', 'warp'],
    ['.claude/agents/team/a.md', 'claude-code'],
    ['mcp.json', 'other'],
    ['.vscode/x/mcp.json', 'other'],
    ['.vscodemcp.json', undefined],
    ['agents/a.md', undefined],
    ['settings.json', undefined],
    ['', undefined],
  ])('in a workspace: %s', (path, client) => {
    expect(workspacePlace(path)?.client).toBe(client);
  });
});
