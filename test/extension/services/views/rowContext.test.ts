import { expect, test } from 'vitest';
import manifest from '../../../../package.json' with { type: 'json' };
import { type RowAbilities, rowContext } from '../../../../src/extension/services/views/rowContext.ts';

const SERVICE: RowAbilities = { kind: 'service', frozen: false, credential: false, undo: false };
const SERVER: RowAbilities = { ...SERVICE, kind: 'server' };

/** The commands that the manifest offers for a row: in its context menu and as icons. */
function offered(row: RowAbilities, allFrozen = false): readonly string[] {
  const commands = manifest.contributes.menus['view/item/context'].flatMap(({ command, when }) => {
    const item = /viewItem =~ \/(.+?)\/(?: |$)/.exec(when)?.[1];
    if (!when.includes('view == valetKey.services') || item === undefined) return [];
    if (allFrozen && when.includes('!valetKey.frozen')) return [];
    return new RegExp(item).test(rowContext(row)) ? [command] : [];
  });
  return [...new Set(commands)];
}

test('what can be undone, verified and revoked is offered where it can be', () => {
  for (const row of [SERVICE, SERVER]) {
    expect(offered(row)).not.toContain('valetKey.revokeCredential');
    expect(offered({ ...row, credential: true })).toContain('valetKey.revokeCredential');
    expect(offered({ ...row, credential: true })).not.toContain('valetKey.undoRotation');
    const rotated = offered({ ...row, frozen: true, credential: true, undo: true });
    expect(rotated).toEqual(expect.arrayContaining(['valetKey.undoRotation', 'valetKey.revokeCredential']));
  }
  expect(offered({ ...SERVICE, credential: true, undo: true })).toContain('valetKey.verifyCredential');
});

test.each([
  [SERVICE, 'valetKey.freezeService'],
  [{ ...SERVICE, credential: true, undo: true }, 'valetKey.freezeService'],
  [SERVER, 'valetKey.freezeServer'],
  [{ ...SERVER, review: true, needs: true, credential: true }, 'valetKey.freezeServer'],
] as const)('%j is frozen by %s, unless it is frozen already', (row, freeze) => {
  expect(offered(row)).toContain(freeze);
  expect(offered(row)).not.toContain('valetKey.unfreeze');
  expect(offered(row, true)).not.toContain(freeze);
  expect(offered({ ...row, frozen: true })).not.toContain(freeze);
  expect(offered({ ...row, frozen: true })).toContain('valetKey.unfreeze');
});
