import { afterEach, describe, expect, it, vi } from 'vitest';
import { posixTree } from '../../../src/gateway/util/processTree.ts';

describe('a process group', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const failing = (code: string): void => {
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error(`kill ${code}`), { code });
    });
  };

  it.each(['ESRCH', 'EPERM'])('in which nobody can be ended, by %s, stops nothing else', (code) => {
    failing(code);
    expect(() => posixTree.terminate(4711)).not.toThrow();
    expect(() => posixTree.kill(4711)).not.toThrow();
  });

  it('that cannot be signalled for another reason says so', () => {
    failing('EINVAL');
    expect(() => posixTree.kill(4711)).toThrow('EINVAL');
  });
});
