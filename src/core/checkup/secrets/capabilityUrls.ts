import type { FoundSecret } from './foundSecret.ts';
import { isPlaceholder, isReference } from './placeholders.ts';
import { isRandom, isShortKey, looksGeneratedAlone } from './plausible.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What stands behind one of these names something, and opens nothing: `/projects/<id>`. */
const NAMED_BY_ID = new Set(
  (
    'account accounts project projects workspace workspaces team teams org orgs organization organizations organisation ' +
    'organisations tenant tenants subscription subscriptions user users group groups space spaces site sites zone zones database ' +
    'databases db collection collections page pages doc docs document documents file files folder folders item items object objects ' +
    'board boards repo repos repository blob tree commit commits raw sha ref revision revisions version versions digest image ' +
    'images asset assets app apps application applications client clients resource resources jira confluence deployment deployments ' +
    'environment environments env cluster clusters instance instances region node nodes agents agent assistants assistant'
  ).split(' '),
);
/** Hosts whose paths have ids in them by themselves. */
const WITH_IDS =
  /(?:^|\.)(?:login\.microsoftonline\.com|microsoftonline\.[a-z]{2}|gateway\.ai\.cloudflare\.com|api\.atlassian\.com|notion\.so|notion\.site|figma\.com|(?:raw\.)?githubusercontent\.com|github\.com|gitlab\.com|bitbucket\.org|jsdelivr\.net|unpkg\.com|docs\.google\.com|drive\.google\.com)$/i;

/** Telegram's API has the token of a bot in its path. */
const BOT = /^bot\d{8,10}:[\w-]{30,40}$/;

/**
 * A URL whose path alone opens the door: `https://…/s/<long random text>/mcp`. With `ids`, also where that is a UUID or
 * hexadecimal, as most services that give every user an address of their own have it.
 */
export function capabilityUrls(text: string, ids: boolean): FoundSecret[] {
  const url = /^\s*(?:https?|wss?):\/\/([^\s/?#]+)(\/[^\s?#]*)/i.exec(text);
  if (!url || isReference(text)) return [];
  const [whole, host = '', path = ''] = url;
  if (WITH_IDS.test(host.replace(/:\d{1,5}$/, ''))) return [];
  const found: FoundSecret[] = [];
  let at = whole.length - path.length;
  let before = '';
  for (const segment of path.split('/')) {
    const named = NAMED_BY_ID.has(before.toLowerCase());
    if (looksGeneratedAlone(segment) || (ids && !named && isKeyInPath(segment))) {
      found.push({ code: 'capability-url', kind: 'URL with a key in its path', start: at, end: at + segment.length });
    }
    at += segment.length + 1;
    before = segment;
  }
  return found;
}

function isKeyInPath(segment: string): boolean {
  if (segment.length < 20) return /^[\w-]{14,19}$/.test(segment) && isShortKey(segment) && !isPlaceholder(segment);
  if (segment.length > 200) return false;
  return (
    (UUID.test(segment) || BOT.test(segment) || (/^[a-z0-9]{20,}$/i.test(segment) && isRandom(segment))) &&
    !isPlaceholder(segment)
  );
}
