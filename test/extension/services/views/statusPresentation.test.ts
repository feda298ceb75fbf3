import { expect, test } from 'vitest';
import manifest from '../../../../package.json' with { type: 'json' };
import type { ShownStatus } from '../../../../src/extension/services/model/serviceList.ts';
import {
  fixText,
  statusAction,
  statusHint,
  statusIcon,
  statusText,
} from '../../../../src/extension/services/views/statusPresentation.ts';
import type { Remedy } from '../../../../src/gateway/control/controlPort.ts';
import { policyEntry } from '../../support/fakeWindow.ts';

/** What each state says, and the command that is offered with it. */
const STATES: readonly (readonly [
  ShownStatus,
  Remedy | undefined,
  text: string,
  hint: RegExp | undefined,
  command?: string,
])[] = [
  ['ready', undefined, 'ready', undefined],
  ['unverified', undefined, 'ready, not verified', undefined],
  ['starting', undefined, 'starting', undefined],
  ['expiring', undefined, 'expires soon', /Rotate/, 'valetKey.rotateCredential'],
  ['expired', undefined, 'expired', /Rotate/, 'valetKey.rotateCredential'],
  ['rejected', undefined, 'rejected by the API', /Rotate/, 'valetKey.rotateCredential'],
  ['rejected', 'clock', 'rejected by the API', /clock/],
  ['rejected', 'policy', 'rejected by the API', /`auth`/, 'valetKey.openPolicyFile'],
  ['missing_credential', undefined, 'credential missing', /Enter/, 'valetKey.enterCredential'],
  ['revoked', undefined, 'revoked', /Enter/, 'valetKey.enterCredential'],
  ['frozen', undefined, 'frozen', /Unfreeze/, 'valetKey.unfreeze'],
  ['not_confirmed', undefined, 'destination not confirmed', /different destination/, 'valetKey.rotateCredential'],
  ['not_approved', undefined, 'not approved', /Review and Apply/, 'valetKey.reviewPolicyChanges'],
  ['gateway_down', undefined, 'gateway down', /Show Status/, 'valetKey.showStatus'],
  ['untrusted', undefined, 'workspace not trusted', /Workspace Trust/, 'workbench.trust.manage'],
  ['forbidden', undefined, 'not allowed by the administrator', /administrator/, 'valetKey.showStatus'],
];

test.for(STATES)('%s (remedy: %s) is said as “%s”', ([status, remedy, text, hint, command]) => {
  expect(statusText(status)).toBe(text);
  if (hint) expect(statusHint(status, remedy)).toMatch(hint);
  else expect(statusHint(status, remedy)).toBeUndefined();
  const action = statusAction(status, 'stripe', remedy);
  expect(action?.command).toBe(command);
  expect(action?.title).toBe(command && statusHint(status, remedy));
  const ids: readonly string[] = manifest.contributes.commands.map(({ command: id }) => id);
  if (command?.startsWith('valetKey.')) expect(ids).toContain(command);
});

test('no state looks like `ready` that is not', () => {
  const good = new Set(['ready', 'unverified']);
  for (const [status] of STATES) {
    expect([status, statusIcon(status).color?.id === 'testing.iconPassed']).toEqual([status, good.has(status)]);
  }
});

test('the fix of a credential is named as what it is', () => {
  const { stripe } = Object.fromEntries(policyEntry().writtenPolicy?.services ?? []);
  expect(STATES.map(([status]) => [status, fixText(stripe, status)]).filter(([, fix]) => fix !== 'Rotate…')).toEqual([
    ['missing_credential', 'Enter Credential…'],
    ['revoked', 'Enter Credential…'],
    ['not_confirmed', 'Enter Credential…'],
  ]);
});
