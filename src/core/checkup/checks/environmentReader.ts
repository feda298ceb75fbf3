import type { ReadConfig, ServerEntry } from '../model/checkupModel.ts';
import { hostOf, hostsIn } from '../model/hosts.ts';
import type { SecretUse } from '../secrets/secretUses.ts';
import { type Environment, type Evidence, evidenceIn } from './environmentWords.ts';

const SETTING =
  /^(?:(?:NODE|APP|APPLICATION|DEPLOY|DEPLOYMENT|RAILS|FLASK|DJANGO|MIX|ASPNETCORE|DOTNET|SERVER|RUNTIME)_)?(?:ENV|ENVIRONMENT|STAGE)$|_(?:ENV|ENVIRONMENT|STAGE|TIER)$|^SPRING_PROFILES_ACTIVE$|^DJANGO_SETTINGS_MODULE$|(?:^|_)PROFILE$/;
const OPTION = /^--?(?:env|environment|stage|tier|profile|deployment-env|app-env)$/;
/** Of a provider's own: `PAYPAL_MODE=live`. */
const MODE = /^(?!NODE_|APP_|RAILS_|FLASK_|DJANGO_|MIX_)\w{1,60}_(?:MODE|ENV|ENVIRONMENT)$/;

/** What is known of where a secret is used. */
export interface Surroundings {
  /** The nearest first. */
  readonly evidence: readonly Evidence[];
  /** The environment, none of production, in which a live key is used or a provider's live mode is on. */
  readonly liveIn?: Environment;
}

interface OfServer {
  readonly evidence: readonly Evidence[];
  readonly name: Evidence | undefined;
  readonly liveMode: boolean;
}

/**
 * Tells what a file says of the environments of its secrets: their variables and hosts, their servers' own settings, addresses and
 * names, and the folder. A server is looked at once, however many secrets it has.
 */
export function environmentReader({ file }: ReadConfig): (use: SecretUse) => Surroundings {
  const folder = weak(evidenceIn(file.path.replaceAll(/[\\/]/g, ' / '), 'folder'));
  const ofServers = new Map<ServerEntry, OfServer>();
  return ({ server, text, value }) => {
    const own = [
      evidenceIn('name' in text && typeof text.name === 'string' ? text.name : '', 'variable'),
      ...hostsIn(text.value.slice(0, 4096)).slice(0, 1).map(inHost),
    ];
    const around = server && (ofServers.get(server) ?? ofServer(server));
    if (server && around) ofServers.set(server, around);
    const near = [...own, ...(around?.evidence ?? [])].flatMap((one) => one ?? []);
    const live = /^[sr]k_live_/.test(value) ? near[0] : around?.liveMode ? around.name : undefined;
    return {
      evidence: [...near, ...(folder ? [folder] : [])],
      ...(live && live.environment !== 'production' && { liveIn: live.environment }),
    };
  };
}

function ofServer(server: ServerEntry): OfServer {
  const { env, args, url } = server;
  const option = args.findIndex(({ value }) => OPTION.test(value.split('=', 1)[0] ?? ''));
  const [, joined] = args[option]?.value.split('=', 2) ?? [];
  const setting = env.find(({ name }) => SETTING.test(name))?.value;
  const name = evidenceIn(server.name, 'server');
  const evidence = [
    said(setting),
    said(option === -1 ? undefined : (joined ?? args[option + 1]?.value)),
    url && inHost(hostOf(url.value.trim()) ?? ''),
    url && inPath(url.value),
    name,
  ].flatMap((one) => one ?? []);
  return {
    evidence,
    name,
    liveMode: env.some((one) => MODE.test(one.name) && /^(?:live|prod(?:uction)?)$/i.test(one.value)),
  };
}

/** A setting means what it says, whatever its words mean elsewhere. */
function said(setting: string | undefined): Evidence | undefined {
  const evidence = setting === undefined ? undefined : evidenceIn(setting, 'setting');
  return evidence && { ...evidence, strong: true };
}

/** A path tells beside its like, as a folder does. */
function inPath(url: string): Evidence | undefined {
  const path = /^\s*\w{2,10}:\/\/[^/?#\s]{1,300}(\/[^?#\s]{1,300})/.exec(url)?.[1];
  return path === undefined ? undefined : weak(evidenceIn(path, 'path'));
}

/** A folder tells beside its like alone: many a user keeps everything in `dev`. */
function weak(evidence: Evidence | undefined): Evidence | undefined {
  return evidence && { ...evidence, strong: false };
}

/** Of a host without its ending, since `.dev` is one. */
function inHost(host: string): Evidence | undefined {
  const labels = host.slice(0, 253).split('.');
  return evidenceIn(labels.slice(0, Math.max(1, labels.length - 1)).join(' '), 'host');
}
