import { expect, it } from 'vitest';
import { nodeProblem } from '../../src/cli/nodeVersion.ts';

it('runs on the Node of the oldest supported VS Code and on newer ones', () => {
  for (const version of ['22.19.0', '22.20.1', '24.0.0', '26.1.0-nightly'])
    expect(nodeProblem(version)).toBeUndefined();
  for (const version of ['22.18.0', '20.20.2', '18.0.0']) {
    expect(nodeProblem(version)).toContain(`here is Node ${version}`);
    expect(nodeProblem(version)).toContain('22.19 or newer');
  }
});
