import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import nls from '../package.nls.json' with { type: 'json' };
import { PROVIDER_ID, SERVER_LABEL } from '../src/extension/agents/model/serverDefinition.ts';
import { administratorPath } from '../src/extension/policy/model/administratorFile.ts';
import { templatesBelow } from './support/templates.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const FILES = readdirSync(path.join(ROOT, 'src/extension'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => [file, readFileSync(path.join(ROOT, 'src/extension', file), 'utf8')] as const);
const SOURCES = FILES.map(([, source]) => source);
const { contributes } = manifest;

/** VS Code's own commands that texts link to. */
const FOREIGN_COMMANDS = ['workbench.action.openWalkthrough', 'workbench.action.chat.open', 'workbench.trust.manage'];

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
      'valetKey.duplicateService': 'Duplicate for Another Environment',
      'valetKey.rotateCredential': 'Rotate Credential',
      'valetKey.enterCredential': 'Enter Credential',
      'valetKey.showRotationHistory': 'Rotation History',
      'valetKey.takeFromCommand': 'Take Credential from a Command',
      'valetKey.undoRotation': 'Undo Rotation',
      'valetKey.verifyCredential': 'Verify Credential',
      'valetKey.testRequest': 'Test a Request',
      'valetKey.removeAllCredentials': 'Remove All Credentials',
      'valetKey.revokeCredential': 'Revoke Credential',
      'valetKey.freezeAll': 'Freeze All Access',
      'valetKey.freezeService': 'Freeze Service',
      'valetKey.freezeServer': 'Freeze Server',
      'valetKey.reviewServerTools': 'Review Server Tools',
      'valetKey.unfreeze': 'Unfreeze',
      'valetKey.reviewPolicyChanges': 'Review and Apply Policy Changes',
      'valetKey.openPolicyFile': 'Open Policy File',
      'valetKey.showAuditLog': 'Show Audit Log',
      'valetKey.showStatus': 'Show Status',
      'valetKey.showLog': 'Show Log',
      'valetKey.restartGateway': 'Restart Gateway',
      'valetKey.copyMcpConfiguration': 'Copy MCP Configuration',
      'valetKey.setUpCredentials': 'Set Up Credentials',
      'valetKey.reviewAccessRequest': 'Review Access Request',
      'valetKey.reviewPendingApprovals': 'Review Pending Approvals',
      'valetKey.addNarrowestRule': 'Add the Narrowest Rule',
      'valetKey.askEveryTime': 'Ask Every Time',
      'valetKey.explainCall': 'Why Was a Call Blocked?',
      'valetKey.suggestTighterPolicy': 'Suggest a Tighter Policy',
      'valetKey.learnPolicy': 'Learn a Policy',
      'valetKey.stopLearning': 'Stop Learning',
      'valetKey.useProposal': 'Write Proposal into the Policy File',
      'valetKey.verifyAuditLog': 'Verify Audit Log',
      'valetKey.exportAuditLog': 'Export Audit Log',
      'valetKey.runCheckup': 'Run Checkup',
      'valetKey.filterCheckup': 'Filter Checkup Findings',
      'valetKey.exportCheckupReport': 'Export Checkup Report',
      'valetKey.applyCheckupFix': 'Fix…',
      'valetKey.undoCheckupFix': 'Undo Last Checkup Fix',
      'valetKey.moveSecrets': 'Move Secrets out of MCP Configuration',
      'valetKey.waiveFinding': 'Mark as Rotated',
      'valetKey.markAsNotSecret': 'Not a Secret',
      'valetKey.acceptRisk': 'Accept Risk…',
      'valetKey.restoreFinding': 'Take Back',
      'valetKey.openFindingKeyPage': 'Open Key Page',
      'valetKey.drillKillSwitch': 'Test the Kill Switch',
      'valetKey.testErrorsForLeaks': 'Test Errors for Leaks',
      'valetKey.connectAgent': 'Connect Another Agent',
      'valetKey.disconnectAgent': 'Disconnect Agent',
      'valetKey.allowAgent': 'Allow Agent',
      'valetKey.freezeAgent': 'Freeze Agent',
      'valetKey.unfreezeAgent': 'Unfreeze Agent',
      'valetKey.openAuditExplorer': 'Open Audit Explorer',
      'valetKey.exportEvidencePack': 'Export Evidence Pack',
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
    const registers = FILES.filter(([file]) => /^\w+\/register\w+\.ts$/.test(file)).map(([, source]) => source);
    const registered = registers.flatMap((source) =>
      [...source.matchAll(/^ {2}'(valetKey\.\w+)':/gm)].map((match) => match[1]),
    );
    expect(registered.sort()).toEqual([...contributed].sort());
  });

  test('every menu entry and every link in a welcome text names one', () => {
    const inMenus = Object.values(contributes.menus)
      .flat()
      .map(({ command }) => command);
    const inTexts = Object.values(nls).flatMap((value) =>
      [...value.matchAll(/\(command:([\w.]+)\)/g)].map((match) => match[1] ?? ''),
    );
    const known = [...contributed, ...contributes.views.valetKey.map(({ id }) => `${id}.focus`), ...FOREIGN_COMMANDS];
    for (const command of [...inMenus, ...inTexts]) expect(known).toContain(command);
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

describe('by keyboard', () => {
  test('what a row offers as a button, its context menu offers too', () => {
    const entries = contributes.menus['view/item/context'];
    const isInline = ({ group }: { group: string }): boolean => group.startsWith('inline');
    for (const { command, when } of entries.filter(isInline)) {
      const twin = entries.find((entry) => !isInline(entry) && entry.command === command && entry.when === when);
      expect([command, twin?.command]).toEqual([command, command]);
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
    expect([...new Set(welcomed)]).toEqual(contributes.views.valetKey.map(({ id }) => id));
  });

  test('none sets a message: VS Code would hide its welcome, with all buttons', () => {
    // The checkup's rows are always ten once it has a message.
    const setting = FILES.filter(([, source]) => /\.message = /.test(source)).map(([file]) => file);
    expect(setting).toEqual(['checkup/views/checkupView.ts']);
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
    const terms = contributes.viewsWelcome.flatMap((welcome) => ('when' in welcome ? welcome.when.split(' && ') : []));
    expect(terms.length).toBeGreaterThan(0);
    for (const term of terms) expect(set).toContain(term.replace(/^!/, ''));
  });
});

describe('the walkthrough', () => {
  const [walkthrough] = contributes.walkthroughs;
  const steps = walkthrough?.steps ?? [];

  test('has at most five steps, each with a picture that takes the theme’s colours and is described', () => {
    expect(contributes.walkthroughs).toHaveLength(1);
    expect(steps).toHaveLength(5);
    for (const { media } of steps) {
      const svg = readFileSync(path.join(ROOT, media.svg), 'utf8');
      expect(svg).toContain('var(--vscode-');
      // A colour stands only as what a theme's missing one falls back to.
      expect(svg.replaceAll(/var\((?:[^()]|\([^()]*\))*\)/g, '')).not.toMatch(/#[0-9a-f]{3,8}\b/i);
      expect(svg).not.toMatch(/<script|<foreignObject|href=|url\(/i);
      expect(text(media.altText).length).toBeGreaterThan(20);
    }
  });

  test('each step ticks itself off by what really happened', () => {
    const keys = SOURCES.flatMap((source) => [...source.matchAll(/'(valetKey\.\w+)'[:,] /g)].map((match) => match[1]));
    const commands = contributes.commands.map(({ command }) => command);
    for (const { completionEvents } of steps) {
      expect(completionEvents).toHaveLength(1);
      const [, kind, what = ''] = /^(onContext|onCommand):(.+)$/.exec(completionEvents[0] ?? '') ?? [];
      if (kind === 'onCommand') expect(commands).toContain(what);
      else for (const key of what.split(' && ')) expect(keys).toContain(key);
    }
  });

  test('it is reached from the empty Services view, and opened by nothing else', () => {
    const link = `workbench.action.openWalkthrough?${encodeURIComponent(
      JSON.stringify(`${manifest.publisher}.${manifest.name}#${walkthrough?.id}`),
    )}`;
    expect(text('%viewsWelcome.services%')).toContain(`(command:${link})`);
    expect(SOURCES.join('\n')).not.toContain('openWalkthrough');
  });

  test('what its chat link proposes is a draft, and no message that sends itself', () => {
    const [, argument = ''] = /chat\.open\?([^)]+)\)/.exec(text('%walkthrough.callIt.description%')) ?? [];
    expect(JSON.parse(decodeURIComponent(argument))).toMatchObject({ isPartialQuery: true });
  });
});

describe('the Marketplace and Open VSX', () => {
  test('get a PNG icon of 256 pixels, known categories, at most 30 keywords, and a price', () => {
    const png = readFileSync(path.join(ROOT, manifest.icon));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([256, 256]);
    expect(manifest.keywords.length).toBeLessThanOrEqual(30);
    expect(new Set(manifest.keywords).size).toBe(manifest.keywords.length);
    expect(manifest.categories).toEqual(['AI', 'Chat', 'Other']);
    expect([manifest.pricing, manifest.qna]).toEqual(['Free', false]);
    expect([manifest.galleryBanner.theme, /^#[0-9a-f]{6}$/.test(manifest.galleryBanner.color)]).toEqual(['dark', true]);
    expect(manifest).not.toHaveProperty('badges');
  });

  test('get a publisher, a licence and addresses over https', () => {
    expect([manifest.publisher, manifest.name, manifest.license]).toEqual(['valet-key', 'valet-key', 'MIT']);
    expect(existsSync(path.join(ROOT, 'LICENSE'))).toBe(true);
    for (const url of [manifest.repository.url, manifest.homepage, manifest.bugs.url]) {
      expect(url).toMatch(/^https:\/\/github\.com\/valet-key\/valet-key/);
    }
  });

  test('show what README shows: pictures that are there, small, and described', () => {
    const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
    const pictures = [...readme.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)];
    expect(pictures.length).toBeGreaterThan(0);
    expect(readme).not.toMatch(/<img/i);
    for (const [, description = '', source = ''] of pictures) {
      // vsce turns a relative address into one of the repository over https.
      expect(source).toMatch(/^docs\/images\/[\w-]+\.png$/);
      expect(description.length).toBeGreaterThan(20);
      expect(readFileSync(path.join(ROOT, source)).length).toBeLessThan(150_000);
    }
    const kept = readdirSync(path.join(ROOT, 'docs/images')).map((file) => `docs/images/${file}`);
    expect(kept.sort()).toEqual(pictures.map(([, , source]) => source).sort());
  });
});

describe('docs/enterprise.md', () => {
  test('names what administrators rely on as the code has it', () => {
    const page = readFileSync(path.join(ROOT, 'docs/enterprise.md'), 'utf8');
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      expect(page).toContain(`\`${administratorPath(platform)}\``);
    }
    expect(page).toContain(`"serverName": "${SERVER_LABEL}"`);
    expect(page).toContain(`\`${manifest.publisher}.${manifest.name}\``);
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
      ...contributes.walkthroughs.flatMap(({ title, description, steps }) => [
        title,
        description,
        ...steps.flatMap((step) => [step.title, step.description, step.media.altText]),
      ]),
      ...Object.values(contributes.configuration.properties).map(({ markdownDescription }) => markdownDescription),
    ];
    for (const title of titles) expect(title).toMatch(/^%[\w.]+%$/);
  });

  test('l10n/bundle.l10n.json holds every text of the source (vitest -u writes it)', async () => {
    expect(manifest.l10n).toBe('./l10n');
    const bundle = Object.fromEntries(templatesBelow(path.join(ROOT, 'src')).map((template) => [template, template]));
    await expect(`${JSON.stringify(bundle, undefined, 2)}\n`).toMatchFileSnapshot('../l10n/bundle.l10n.json');
  });
});
