import './explorer.css';
import { USER_AGENT } from '../../../../core/audit/agentName.ts';
import type { AuditRecord } from '../../../../core/audit/auditEvent.ts';
import {
  CALL_RESULTS,
  type ExplorerFilter,
  type ExplorerView,
  type FromPage,
  type ResultName,
  type Tally,
  type ToPage,
} from '../explorerMessages.ts';
import type { PageTexts } from '../pageTexts.ts';
import { Chart } from './chart.ts';
import { byId, cell, element, fillBody } from './elements.ts';

/** The page of the Audit Explorer. It only asks and shows; what counts is read and counted elsewhere. */

interface PageState {
  readonly range: string;
  readonly service: string;
  readonly agent: string;
  readonly result: string;
  readonly text: string;
}
declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
};

const DAY_MS = 24 * 60 * 60 * 1000;
/** While somebody types. */
const TYPING_MS = 250;

const host = acquireVsCodeApi();
const texts = JSON.parse(document.body.dataset.texts ?? '{}') as PageTexts;
const range = byId('range', HTMLSelectElement);
const service = byId('service', HTMLSelectElement);
const agent = byId('agent', HTMLSelectElement);
const result = byId('result', HTMLSelectElement);
const search = byId('text', HTMLInputElement);
const previous = byId('previous', HTMLButtonElement);
const next = byId('next', HTMLButtonElement);
const chart = new Chart(byId('chart', HTMLElement));
const numbers = new Intl.NumberFormat();
let page = 0;
let typing: ReturnType<typeof setTimeout> | undefined;

function filter(): ExplorerFilter {
  const days = Number(range.value);
  return {
    ...(days > 0 ? { since: Date.now() - days * DAY_MS } : {}),
    ...(service.value === '' ? {} : { service: service.value }),
    ...(agent.value === '' ? {} : { agent: agent.value }),
    ...(result.value === '' ? {} : { result: result.value as ResultName | 'all' }),
    ...(search.value === '' ? {} : { text: search.value }),
  };
}

function ask(wanted = 0): void {
  page = wanted;
  host.setState({
    range: range.value,
    service: service.value,
    agent: agent.value,
    result: result.value,
    text: search.value,
  });
  host.postMessage({ do: 'show', filter: filter(), page });
}

function show(view: ExplorerView): void {
  page = view.page;
  byId('failed', HTMLElement).textContent = '';
  offer(service, view.serviceNames);
  offer(agent, view.agentNames);
  const totals = CALL_RESULTS.map((_, i) => numbers.format((view.series[i] ?? []).reduce((sum, one) => sum + one, 0)));
  const summary = filled(texts.summary, totals);
  byId('summary', HTMLElement).textContent = view.complete ? summary : `${summary} ${texts.reading}`;
  byId('chart', HTMLElement).setAttribute('aria-label', summary);
  chart.show(view);
  showNumbers(view);
  showTally(byId('services', HTMLTableElement), view.services, service);
  showTally(byId('agents', HTMLTableElement), view.agents, agent);
  fillBody(byId('records', HTMLTableElement), view.rows.map(recordCells));
  const first = view.total === 0 ? 0 : view.page * 100 + 1;
  const last = Math.min(view.total, (view.page + 1) * 100);
  byId('rows', HTMLElement).textContent =
    view.total === 0 && view.complete
      ? texts.none
      : filled(
          texts.rows,
          [first, last, view.total].map((one) => numbers.format(one)),
        );
  previous.disabled = view.page === 0;
  next.disabled = view.page + 1 >= view.pages;
}

/** Names to choose from; what is chosen stays so, also when nothing has that name at the moment. */
function offer(list: HTMLSelectElement, names: readonly string[]): void {
  const chosen = list.value;
  const wanted = chosen === '' || names.includes(chosen) ? names : [...names, chosen];
  const options = ['', ...wanted].map((name) => {
    const option = element('option', '', name === '' ? texts.all : shownName(list, name));
    option.value = name;
    return option;
  });
  const asBefore =
    options.length === list.options.length && options.every(({ value }, i) => value === list.options[i]?.value);
  // An open list must not close under somebody's hand.
  if (asBefore) return;
  list.replaceChildren(...options);
  list.value = chosen;
}

/** The chart in numbers; times without any call are left out. */
function showNumbers({ times, series, step }: ExplorerView): void {
  const format = new Intl.DateTimeFormat(undefined, {
    dateStyle: 'medium',
    ...(step < 86_400 ? { timeStyle: 'short' } : {}),
  });
  const rows = times.flatMap((time, i) => {
    const counts = CALL_RESULTS.map((_, at) => series[at]?.[i] ?? 0);
    if (counts.every((count) => count === 0)) return [];
    return [
      [cell('time', format.format(time * 1000)), ...counts.map((count) => cell('number', numbers.format(count)))],
    ];
  });
  fillBody(byId('numbers', HTMLTableElement), rows.reverse());
}

function showTally(table: HTMLTableElement, tallies: readonly Tally[], list: HTMLSelectElement): void {
  fillBody(
    table,
    tallies.map(({ name, counts }) => {
      const only = element('button', 'link', shownName(list, name));
      only.type = 'button';
      only.addEventListener('click', () => {
        list.value = name;
        ask();
        list.focus();
      });
      return [
        cell('', name === '' ? texts.others : [only]),
        ...counts.map((count) => cell('number', numbers.format(count))),
      ];
    }),
  );
}

function recordCells(record: AuditRecord): HTMLTableCellElement[] {
  const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' }).format(
    new Date(record.time),
  );
  const request = [record.method, record.path, record.subject].filter(Boolean).join(' ');
  const duration =
    record.durationMs === undefined ? '' : filled(texts.milliseconds, [numbers.format(record.durationMs)]);
  return [
    cell('time', time),
    cell('', shownName(agent, record.agent.name)),
    cell('', record.service ?? ''),
    cell('', request),
    cell('', resultText(record)),
    cell('number', duration),
  ];
}

/** A name of the list of services or of agents, of whom one is you. */
function shownName(list: HTMLSelectElement, name: string): string {
  return list === agent && name === USER_AGENT ? texts.person : name;
}

function resultText({ kind, status, code, verdict }: AuditRecord): string {
  switch (kind) {
    case 'intent':
      return texts.started;
    case 'denied':
      return [texts.blocked, code].filter(Boolean).join(': ');
    case 'outcome':
      return status === undefined ? [texts.failed, code].filter(Boolean).join(': ') : String(status);
    default:
      return [texts.person, verdict].filter(Boolean).join(': ');
  }
}

function filled(text: string, values: readonly string[]): string {
  return text.replaceAll(/\{(\d)\}/g, (_, i: string) => values[Number(i)] ?? '');
}

function restore(): void {
  const state = host.getState();
  if (!state) return;
  offer(service, state.service === '' ? [] : [state.service]);
  offer(agent, state.agent === '' ? [] : [state.agent]);
  range.value = state.range;
  service.value = state.service;
  agent.value = state.agent;
  result.value = state.result;
  search.value = state.text;
}

for (const list of [range, service, agent, result]) list.addEventListener('change', () => ask());
search.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => ask(), TYPING_MS);
});
byId('filters', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  ask();
});
previous.addEventListener('click', () => ask(page - 1));
next.addEventListener('click', () => ask(page + 1));
byId('export', HTMLButtonElement).addEventListener('click', () => host.postMessage({ do: 'export', filter: filter() }));
byId('verify', HTMLButtonElement).addEventListener('click', () => host.postMessage({ do: 'verify' }));

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  if ('show' in data) show(data.show);
  else if ('chain' in data) {
    const chain = byId('chain', HTMLElement);
    chain.textContent = data.chain.text;
    chain.dataset.state = data.chain.state;
    byId('verify', HTMLButtonElement).disabled = data.chain.state === 'checking';
  } else if ('failed' in data) byId('failed', HTMLElement).textContent = data.failed;
  else ask(page);
});
restore();
host.postMessage({ do: 'ready' });
ask();
