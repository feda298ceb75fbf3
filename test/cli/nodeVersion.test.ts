import { expect, it } from 'vitest';
import { nodeProblem } from '../../src/cli/nodeVersion.ts';

it('runs on Node 20 and newer, and says what to do on an older one', () => {
  for (const version of ['20.0.0', '20.20.2', '22.19.0', '24.0.0', '26.1.0-nightly']) {
    expect(nodeProblem(version)).toBeUndefined();
  }
  for (const version of ['18.20.1', '16.0.0']) {
    expect(nodeProblem(version)).toContain(`but this is Node ${version}`);
    expect(nodeProblem(version)).toContain('Node 20 or newer');
  }
});
