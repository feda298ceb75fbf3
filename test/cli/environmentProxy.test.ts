import { describe, expect, it } from 'vitest';
import { environmentProxy } from '../../src/cli/environmentProxy.ts';
import { UsageError } from '../../src/cli/usage.ts';

describe('the proxy of the environment', () => {
  it.each([
    [{ HTTPS_PROXY: 'http://proxy.example:3128' }, 'http://proxy.example:3128', []],
    [{ https_proxy: 'proxy.example:3128' }, 'http://proxy.example:3128', []],
    [{ ALL_PROXY: 'http://all:1', HTTP_PROXY: 'http://plain:2' }, 'http://all:1', []],
    [
      { HTTP_PROXY: 'http://plain:2', NO_PROXY: 'a.example, .b.example' },
      'http://plain:2',
      ['a.example', '.b.example'],
    ],
    [{ HTTPS_PROXY: 'https://secure:3', no_proxy: '*' }, 'https://secure:3', ['*']],
    [{ HTTPS_PROXY: '', no_proxy: '' }, undefined, []],
    [{}, undefined, []],
  ])('%j is %s but for %j', (env, proxy, noProxy) => {
    expect(environmentProxy(env)).toEqual({ ...(proxy === undefined ? {} : { proxy }), noProxy, certificates: [] });
  });

  it.each(['socks5://me:secret@proxy:1080', 'http://', '::::', 'file:///secret'])('%s is refused unquoted', (value) => {
    const refused = (): unknown => environmentProxy({ HTTPS_PROXY: value });
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(/^HTTPS_PROXY is not the address of an HTTP proxy/);
    expect(refused).not.toThrow(/secret/);
  });
});
