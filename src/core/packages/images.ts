import { type OptionStyle, readOptions } from './options.ts';
import { isUnknown, type PackageUse } from './packageUse.ts';
import type { Word } from './words.ts';

/** The options of `docker run` and `podman run` that take no value: https://docs.docker.com/reference/cli/docker/container/run/ */
const RUN: OptionStyle = {
  flags: new Set([
    '-d',
    '--detach',
    '--disable-content-trust',
    '--help',
    '--init',
    '-i',
    '--interactive',
    '--no-healthcheck',
    '--oom-kill-disable',
    '-P',
    '--publish-all',
    '--privileged',
    '-q',
    '--quiet',
    '--read-only',
    '--rm',
    '--sig-proxy',
    '-t',
    '--tty',
    '--use-api-socket',
    '--replace',
    '--no-hosts',
    '--no-hostname',
    '--rmi',
    '--tls-verify',
    '--env-host',
    '--http-proxy',
    '--passwd',
    '--read-only-tmpfs',
    '--systemd',
  ]),
};

const GLOBAL: OptionStyle = {
  withValue: new Set(['-H', '--host', '-c', '--context', '--config', '-l', '--log-level', '--connection', '--url']),
};

/** Well-known images of Docker Hub without an owner in their names: https://hub.docker.com/u/library */
const OFFICIAL = new Set(
  (
    'alpine amazoncorretto busybox caddy clickhouse couchdb debian eclipse-temurin elasticsearch fedora golang haproxy httpd ' +
    'influxdb mariadb memcached mongo mysql neo4j nginx node openjdk perl php postgres python rabbitmq redis ruby rust ' +
    'traefik ubuntu valkey vault'
  ).split(' '),
);

/** Tags that are moved on purpose, so that tomorrow's start may run other code. */
const MOVING =
  /^(?:latest|stable|edge|nightly|canary|main|master|trunk|head|dev|devel|develop|development|next|beta|alpha|snapshot|rolling|unstable|current|release)$/i;

/** The words after `run` of `docker run`, `podman container run` and their like; undefined for another command. */
export function containerRun(words: readonly Word[]): { readonly words: readonly Word[] } | undefined {
  const { rest } = readOptions(words, GLOBAL);
  const at = rest[0]?.value === 'container' ? 1 : 0;
  const verb = rest[at]?.value;
  return verb === 'run' || verb === 'create' ? { words: rest.slice(at + 1) } : undefined;
}

/** Options and image of a container's start. */
export function runOptions(words: readonly Word[]): ReturnType<typeof readOptions> {
  return readOptions(words, RUN);
}

/** The image that a container is started from. */
export function imagePackages(words: readonly Word[]): PackageUse[] {
  const image = runOptions(words).rest[0];
  return image ? [imageUse(image)].flatMap((use) => use ?? []) : [];
}

/** https://pkg.go.dev/github.com/distribution/reference: `[registry/]name[:tag][@digest]`. */
function imageUse(spec: Word): PackageUse | undefined {
  const text = spec.value;
  if (isUnknown(text) || text.startsWith('-') || text.startsWith('localhost/')) return undefined;
  const digest = text.indexOf('@');
  const tagged = digest === -1 ? text : text.slice(0, digest);
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  const name = colon === -1 ? tagged : tagged.slice(0, colon);
  const tag = colon === -1 ? '' : tagged.slice(colon + 1);
  const pinned = /^@sha(?:256|512):[0-9a-f]{32,}$/i.test(digest === -1 ? '' : text.slice(digest)) || isFixedTag(tag);
  return {
    ecosystem: 'docker',
    name,
    spec,
    pinned,
    ...(pinned ? {} : { looseness: tag === '' ? 'no-version' : 'moving-tag' }),
    perhapsLocal: !pinned && !name.includes('/') && !OFFICIAL.has(name),
    withVersion: (version) => (version.startsWith('sha256:') ? `${name}@${version}` : `${name}:${version}`),
  };
}

/** `:v1` and `:1` go along with every release of theirs. Official images are known by such tags, and date by them. */
function isFixedTag(tag: string): boolean {
  return tag !== '' && !MOVING.test(tag) && !/^v\d{1,3}$/i.test(tag);
}
