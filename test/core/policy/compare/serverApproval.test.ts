import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrowApproved } from '../../../../src/core/policy/compare/approval.ts';
import { policyChanges as changesOf } from '../../../../src/core/policy/compare/changes.ts';
import { decideTool } from '../../../../src/core/policy/decide/decideTool.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { type ChangeInText, changeInText } from '../../../support/changeInText.ts';
import { runs } from '../../../support/runs.ts';
import { serverText } from '../read/serverFixtures.ts';

const policyChanges = (...texts: Parameters<typeof changesOf>): ChangeInText[] => changesOf(...texts).map(changeInText);

const RANK = { allow: 0, ask: 1, deny: 2 } as const;

/** How much a text holds each tool back. */
function ranks(text: string): (tool: string) => number {
  const server = parsePolicy(text).policy?.servers.get('files');
  return (tool) => (server === undefined ? RANK.deny : RANK[decideTool(server, tool).verdict]);
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'B'), minLength: 1, maxLength: 3 });
const pattern = fc
  .array(fc.oneof(letters, fc.constant('*')), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('').replaceAll(/\*+/g, '*'));
const patterns = fc.array(pattern, { maxLength: 3 });
const policy = fc.record({ allow: patterns, ask: patterns, deny: patterns }).map((tools) => serverText(tools));

describe('approved and written, for the tools of servers', () => {
  it('never lets a tool through, or unasked, that a later save held back', () => {
    fc.assert(
      fc.property(
        policy,
        fc.array(policy, { minLength: 1, maxLength: 4 }),
        fc.array(letters, { minLength: 4 }),
        (first, saves, tools) => {
          let approved = first;
          const atFirst = ranks(first);
          const strictest = new Map(tools.map((tool) => [tool, atFirst(tool)]));
          for (const saved of saves) {
            approved = narrowApproved(approved, saved);
            const [asApproved, asSaved] = [ranks(approved), ranks(saved)];
            for (const tool of tools) {
              const least = Math.max(strictest.get(tool) ?? 0, asSaved(tool));
              strictest.set(tool, least);
              expect(asApproved(tool), `${tool} in ${approved}`).toBeGreaterThanOrEqual(least);
            }
          }
        },
      ),
      { numRuns: runs(200) },
    );
  });

  it('says every change that lets more through, and none when nothing changes', () => {
    fc.assert(
      fc.property(policy, policy, fc.array(letters, { minLength: 8 }), (approved, saved, tools) => {
        const [asApproved, asSaved] = [ranks(approved), ranks(saved)];
        const widens = policyChanges(approved, saved).some(({ kind }) => kind === 'widens');
        const more = tools.some((tool) => asSaved(tool) < asApproved(tool));
        if (more) expect(widens, `${approved} → ${saved}`).toBe(true);
        expect(policyChanges(saved, saved.replace('{', '{ '))).toEqual([]);
      }),
      { numRuns: runs(200) },
    );
  });

  it('keeps what a server is as approved, and says what would change', () => {
    const before = serverText({ allow: ['a'] }, { args: ['one'], env: { MODE: 'x', T: { credential: 'files' } } });
    const after = serverText({ allow: ['a', 'b'] }, { args: ['two'], env: { MODE: 'y', T: { credential: 'other' } } });
    expect(parsePolicy(narrowApproved(before, after)).policy?.servers.get('files')?.run).toMatchObject({
      args: ['one'],
    });
    expect(policyChanges(before, after).map(({ text }) => text)).toEqual([
      '+ command of files: files-server one → files-server two',
      '+ MODE="y" for files',
      '+ T with the credential other for files',
      '+ MODE="x" for files is removed',
      '+ T with the credential files for files is removed',
      '+ tool b of files',
    ]);
    expect(policyChanges(undefined, before).map(({ text }) => text)).toEqual([
      '+ server files (files-server one)',
      '+ MODE="x" for files',
      '+ T with the credential files for files',
      '+ tool a of files',
    ]);
    expect(policyChanges(before, 'services: {}').map(({ text }) => text)).toEqual(['- server files']);
  });

  it('marks a tool that was approved once as coming back', () => {
    const once = serverText({ allow: ['a', 'b'] });
    const approved = narrowApproved(once, serverText({ allow: ['a'] }));
    expect(policyChanges(approved, once, once)).toEqual([
      { kind: 'widens', service: 'files', text: '+ tool b of files', comesBack: true },
    ]);
  });
});
