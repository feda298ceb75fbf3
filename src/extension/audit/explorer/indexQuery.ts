import type { AuditRecord } from '../../../core/audit/auditEvent.ts';
import type { AuditIndex } from './auditIndex.ts';
import {
  CALL_RESULTS,
  type ExplorerFilter,
  type ExplorerQuery,
  type ExplorerView,
  RESULTS,
  type Tally,
} from './explorerMessages.ts';

export const PAGE_ROWS = 100;
/** How many names stand in a list of the most used; the rest is gathered. */
const TOP = 8;
/** As many points as a chart of this kind can show apart. */
const POINTS = 96;
const STEPS_S = [60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800] as const;

/** The records that match, newest first. */
export function matches(index: AuditIndex, filter: ExplorerFilter): Uint32Array {
  const wanted = matcher(index, filter);
  const found = new Uint32Array(index.count);
  let count = 0;
  let sorted = true;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < index.count; i += 1) {
    if (!wanted(i)) continue;
    const time = index.timeOf(i);
    sorted &&= time >= last;
    last = time;
    found[count] = i;
    count += 1;
  }
  const places = found.slice(0, count);
  if (sorted) return places.reverse();
  return places.sort((a, b) => index.timeOf(b) - index.timeOf(a) || b - a);
}

/** What the page shows: numbers over all that matches, and the records of one page. */
export function viewOf(index: AuditIndex, { filter, page, now }: ExplorerQuery, complete: boolean): ExplorerView {
  const places = matches(index, filter);
  const pages = Math.max(1, Math.ceil(places.length / PAGE_ROWS));
  const at = Math.min(Math.max(0, page), pages - 1);
  const oldest = places.length === 0 ? now : index.timeOf(places[places.length - 1] ?? 0);
  return {
    total: places.length,
    page: at,
    pages,
    rows: index.records([...places.subarray(at * PAGE_ROWS, (at + 1) * PAGE_ROWS)]),
    ...overTime(index, places, Math.max(filter.since ?? oldest, 0), now),
    services: tally(index, places, (i) => index.services.name(index.serviceOf(i))),
    agents: tally(index, places, (i) => index.agents.name(index.agentOf(i))),
    ...namesIn(index, filter),
    complete,
  };
}

/** Records from one place on, oldest first, for an export that goes in pieces. */
export function piece(index: AuditIndex, places: Uint32Array, from: number, length: number): readonly AuditRecord[] {
  const end = places.length - from;
  return index.records([...places.subarray(Math.max(0, end - length), end)].reverse());
}

function matcher(index: AuditIndex, filter: ExplorerFilter): (i: number) => boolean {
  const { since, service, agent, result, text } = filter;
  const services = service === undefined ? undefined : index.services.matching((name) => name === service);
  const agents = agent === undefined ? undefined : index.agents.matching((name) => name === agent);
  const needle = text?.toLowerCase() ?? '';
  const requests = needle === '' ? undefined : index.requests.matching((name) => name.toLowerCase().includes(needle));
  const results = new Set(
    result === 'all'
      ? RESULTS.keys()
      : (result === undefined ? CALL_RESULTS : [result]).map((one) => RESULTS.indexOf(one)),
  );
  return (i) =>
    (since === undefined || index.timeOf(i) >= since) &&
    results.has(index.resultOf(i)) &&
    (services?.has(index.serviceOf(i)) ?? true) &&
    (agents?.has(index.agentOf(i)) ?? true) &&
    (requests?.has(index.requestOf(i)) ?? true);
}

function overTime(
  index: AuditIndex,
  places: Uint32Array,
  since: number,
  now: number,
): Pick<ExplorerView, 'times' | 'series' | 'step'> {
  const span = Math.max(1, (now - since) / 1000);
  const step = STEPS_S.find((seconds) => span / seconds <= POINTS) ?? Math.ceil(span / POINTS / 604_800) * 604_800;
  const first = Math.floor(since / 1000 / step);
  const length = Math.floor(now / 1000 / step) - first + 1;
  const series = CALL_RESULTS.map(() => new Array<number>(length).fill(0));
  for (const i of places) {
    const bucket = Math.floor(index.timeOf(i) / 1000 / step) - first;
    const counts = series[index.resultOf(i)];
    if (counts && bucket >= 0 && bucket < length) counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return { times: Array.from({ length }, (_, i) => (first + i) * step), series, step };
}

function tally(index: AuditIndex, places: Uint32Array, nameOf: (i: number) => string): readonly Tally[] {
  const counts = new Map<string, number[]>();
  for (const i of places) {
    const result = index.resultOf(i);
    if (result >= CALL_RESULTS.length) continue;
    const name = nameOf(i);
    const own = counts.get(name) ?? CALL_RESULTS.map(() => 0);
    own[result] = (own[result] ?? 0) + 1;
    counts.set(name, own);
  }
  const all = [...counts].map(([name, own]) => ({ name, counts: own })).sort((a, b) => sum(b.counts) - sum(a.counts));
  const rest = all.slice(TOP);
  if (rest.length === 0) return all;
  const gathered = CALL_RESULTS.map((_, result) => sum(rest.map((one) => one.counts[result] ?? 0)));
  return [...all.slice(0, TOP), { name: '', counts: gathered }];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function namesIn(index: AuditIndex, { since }: ExplorerFilter): Pick<ExplorerView, 'serviceNames' | 'agentNames'> {
  const services = new Set<number>();
  const agents = new Set<number>();
  for (let i = 0; i < index.count; i += 1) {
    if (since !== undefined && index.timeOf(i) < since) continue;
    services.add(index.serviceOf(i));
    agents.add(index.agentOf(i));
  }
  const listed = (numbers: ReadonlySet<number>, name: (number: number) => string): readonly string[] =>
    [...numbers].map(name).filter(Boolean).sort().slice(0, 500);
  return {
    serviceNames: listed(services, (number) => index.services.name(number)),
    agentNames: listed(agents, (number) => index.agents.name(number)),
  };
}
