import type { NetworkSettings } from '../gateway/control/controlPort.ts';
import { UsageError } from './usage.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** As curl and most others read them, what is meant for HTTPS first: nearly every API is behind it. */
const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

/** The first variable that names a proxy. */
export function proxyVariable(env: Environment): (typeof PROXY_VARIABLES)[number] | undefined {
  return PROXY_VARIABLES.find((name) => env[name]);
}

/** The proxy that the environment names, which may name none. Quotes no value: a proxy's address may hold a password. */
export function environmentProxy(env: Environment): NetworkSettings {
  const noProxy = (env.no_proxy || env.NO_PROXY || '').split(/[\s,]+/).filter(Boolean);
  const variable = proxyVariable(env);
  if (variable === undefined) return { noProxy, certificates: [] };
  const value = env[variable] ?? '';
  const proxy = value.includes('://') ? value : `http://${value}`;
  if (!/^https?:$/.test(URL.parse(proxy)?.protocol ?? '')) {
    throw new UsageError(`${variable} is not the address of an HTTP proxy, such as http://proxy.example:3128.`);
  }
  return { proxy, noProxy, certificates: [] };
}
