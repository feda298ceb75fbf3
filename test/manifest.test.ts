import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import nls from '../package.nls.json' with { type: 'json' };
import { PROVIDER_ID, SERVER_LABEL } from '../src/extension/mcp/serverDefinition.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const SOURCES = readdirSync(path.join(ROOT, 'src/extension'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(path.join(ROOT, 'src/extension', file), 'utf8'));
const { contributes } = manifest;

/** Every string of the form `%key%` anywhere in the manifest. */
function usedKeys(value: unknown): readonly string[] {
  if (typeof value === 'string') return [...value.matchAll(/^%([^%]+)%$/g)].map((match) => match[1] ?? '');
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(usedKeys);
  return [];
}

function text(reference: string): string {
  return (nls as Readonly<Record<string, string>>)[reference.replaceAll('%', '')] ?? reference;
}

describe('public contracts', () => {
  test('the MCP server’s id and label never change', () => {
    expect(contributes.mcpServerDefinitionProviders.map(({ id, label }) => [id, text(label)])).toEqual([
      ['valetKey', 'Valet Key'],
    ]);
    expect([PROVIDER_ID, SERVER_LABEL]).toEqual(['valetKey', 'Valet Key']);
  });

  test('the commands have the documented titles, under one category', () => {
    const titles = Object.fromEntries(contributes.commands.map(({ command, title }) => [command, text(title)]));
    expect(titles).toEqual({
      'valetKey.addService': 'Add Service',
      'valetKey.rotateCredential': 'Rotate Credential',
      'valetKey.revokeCredential': 'Revoke Credential',
      'valetKey.freezeAll': 'Freeze All Access',
      'valetKey.freezeService': 'Freeze Service',
      'valetKey.unfreeze': 'Unfreeze',
      'valetKey.reviewPolicyChanges': 'Review and Apply Policy Changes',
      'valetKey.openPolicyFile': 'Open Policy File',
      'valetKey.showAuditLog': 'Show Audit Log',
      'valetKey.showStatus': 'Show Status',
      'valetKey.copyMcpConfiguration': 'Copy MCP Configuration',
      'valetKey.showMenu': 'Show Menu',
    });
    expect(new Set(contributes.commands.map(({ category }) => text(category)))).toEqual(new Set(['Valet Key']));
  });
});

describe('where and when it runs', () => {
  test('on the user’s own machine first, after start, and not because a command was called', () => {
    expect(manifest.extensionKind).toEqual(['ui', 'workspace']);
    expect(manifest.activationEvents).toEqual(['onStartupFinished']);
    expect(manifest.main).toBe('./dist/extension.js');
  });

  test('limited in untrusted and virtual workspaces, and says how', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    expect([untrustedWorkspaces.supported, virtualWorkspaces.supported]).toEqual(['limited', 'limited']);
    expect(text(untrustedWorkspaces.description)).toContain('refused');
    expect(text(virtualWorkspaces.description)).toContain('workspace policy');
  });

  test('no setting can be set by a repository', () => {
    for (const [name, { scope }] of Object.entries(contributes.configuration.properties)) {
      expect([name, scope]).toEqual([name, 'application']);
      expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toContain(name);
    }
  });

  test('the API that is compiled against is the oldest one that is supported', () => {
    const types = JSON.parse(readFileSync(path.join(ROOT, 'node_modules/@types/vscode/package.json'), 'utf8'));
    expect(manifest.engines.vscode).toBe('^1.105.0');
    expect(`^${types.version}`).toBe(manifest.engines.vscode);
  });
});

describe('commands', () => {
  const contributed = contributes.commands.map(({ command }) => command);

  test('what is contributed is registered, and nothing else is', () => {
    const register = readFileSync(path.join(ROOT, 'src/extension/commands/register.ts'), 'utf8');
    const registered = [...register.matchAll(/^ {2}'(valetKey\.\w+)':/gm)].map((match) => match[1]);
    expect(registered.sort()).toEqual([...contributed].sort());
  });

  test('every menu entry and every link in a welcome text names one', () => {
    const inMenus = Object.values(contributes.menus)
      .flat()
      .map(({ command }) => command);
    const inTexts = Object.values(nls).flatMap((value) =>
      [...value.matchAll(/\(command:([\w.]+)\)/g)].map((match) => match[1] ?? ''),
    );
    for (const command of [...inMenus, ...inTexts]) expect(contributed).toContain(command);
  });

  test('those that stand in a row of buttons have an icon', () => {
    const buttons = Object.values(contributes.menus)
      .flat()
      .flatMap((entry) =>
        'group' in entry && /^(navigation|inline)/.test(String(entry.group)) ? [entry.command] : [],
      );
    for (const button of buttons) {
      expect(contributes.commands.find(({ command }) => command === button)).toHaveProperty('icon');
    }
  });
});

describe('views', () => {
  test('stand in a container of their own, and are the ones that the code creates', () => {
    const created = SOURCES.flatMap((source) => [...source.matchAll(/createTreeView\('([\w.]+)'/g)].map((m) => m[1]));
    expect(contributes.views.valetKey.map(({ id }) => id).sort()).toEqual(created.sort());
    expect(contributes.viewsContainers.activitybar.map(({ id }) => id)).toEqual(['valetKey']);
  });

  test('an empty one says what to do', () => {
    const welcomed = contributes.viewsWelcome.map(({ view }) => view);
    expect(welcomed).toEqual(contributes.views.valetKey.map(({ id }) => id));
  });

  test('icons are there, and the activity bar’s takes the theme’s colour', () => {
    for (const { icon } of [...contributes.viewsContainers.activitybar, ...contributes.views.valetKey]) {
      expect(existsSync(path.join(ROOT, icon))).toBe(true);
    }
    const svg = readFileSync(path.join(ROOT, 'media/valetKey.svg'), 'utf8');
    expect(svg).toContain('currentColor');
    expect(svg).not.toMatch(/#[0-9a-f]{3,6}\b/i);
  });

  test('every when clause uses keys that the code sets, or VS Code’s own', () => {
    const set = new Set(SOURCES.flatMap((source) => [...source.matchAll(/'(valetKey\.\w+)': /g)].map((m) => m[1])));
    const used = JSON.stringify(contributes.menus).matchAll(/(?<![\w"])!?(valetKey\.\w+)(?= &&| \|\||")/g);
    const views = contributes.views.valetKey.map(({ id }) => id);
    for (const [, key] of used) if (!views.includes(key ?? '')) expect(set).toContain(key);
  });
});

describe('the Marketplace', () => {
  test('gets a PNG icon of 256 pixels, at most 30 keywords, and a price', () => {
    const png = readFileSync(path.join(ROOT, manifest.icon));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([256, 256]);
    expect(manifest.keywords.length).toBeLessThanOrEqual(30);
    expect(new Set(manifest.keywords).size).toBe(manifest.keywords.length);
    expect(manifest.categories).toContain('AI');
    expect(manifest.pricing).toBe('Free');
    expect(manifest.repository.url).toMatch(/^https:\/\//);
  });
});

describe('texts', () => {
  test('package.nls.json has every key that is used, and no other', () => {
    expect([...new Set(usedKeys(manifest))].sort()).toEqual(Object.keys(nls).sort());
  });

  test('nothing that people read in the manifest stands outside it', () => {
    const titles = [
      manifest.description,
      contributes.configuration.title,
      ...contributes.commands.flatMap(({ title, category }) => [title, category]),
      ...contributes.views.valetKey.map(({ name }) => name),
      ...contributes.viewsContainers.activitybar.map(({ title }) => title),
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...Object.values(contributes.configuration.properties).map(({ markdownDescription }) => markdownDescription),
    ];
    for (const title of titles) expect(title).toMatch(/^%[\w.]+%$/);
  });

  test('l10n/bundle.l10n.json holds every text of the source (vitest -u writes it)', async () => {
    expect(manifest.l10n).toBe('./l10n');
    const found = SOURCES.flatMap((source) =>
      [...source.matchAll(/l10n\.t\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g)].map((match) =>
        unquote(match[1] ?? ''),
      ),
    );
    const calls = SOURCES.flatMap((source) => [...source.matchAll(/l10n\.t\(/g)]);
    expect(found).toHaveLength(calls.length);
    const bundle = Object.fromEntries([...new Set(found)].sort().map((message) => [message, message]));
    await expect(`${JSON.stringify(bundle, undefined, 2)}\n`).toMatchFileSnapshot('../l10n/bundle.l10n.json');
  });
});

/** What a string literal of the source means. */
function unquote(literal: string): string {
  const body = literal.slice(1, -1).replace(/\\(['"\\n])/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  return body;
}
