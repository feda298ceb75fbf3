import type { ServerEntry } from '../model/checkupModel.ts';
import { hostsIn, isSomebodysHost } from '../model/hosts.ts';

const HOST_NAME = /(?:^|_)(?:HOST|HOSTNAME|HOSTS|SERVER|ADDRESS|ADDR|DOMAIN)$/i;
const HOST_OPTION = /^(?:-h|--?(?:[\w-]{1,30}-)?(?:host|hostname|server|address))$/;

/** Whether a server's entry names a host that is somebody's, so that a password in it is one that is used. */
export function namesSomebodysHost({ env, args, url, headers }: ServerEntry): boolean {
  const texts = [...env, ...args, ...headers, ...(url ? [url] : [])];
  return (
    env.some(({ name, value }) => HOST_NAME.test(name) && isSomebodysHost(withoutPort(value))) ||
    args.some(
      ({ value }, index) => HOST_OPTION.test(args[index - 1]?.value ?? '') && isSomebodysHost(withoutPort(value)),
    ) ||
    texts.some(({ value }) => hostsIn(value).some(isSomebodysHost))
  );
}

function withoutPort(host: string): string {
  return host.trim().replace(/:\d{1,5}$/, '');
}
