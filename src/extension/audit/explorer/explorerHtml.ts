import { l10n } from 'vscode';
import type { PageTexts } from './pageTexts.ts';

export interface PageParts {
  /** Where the page's own files may come from. */
  readonly source: string;
  readonly script: string;
  readonly styles: string;
  /** Of this page alone: no other script runs. */
  readonly nonce: string;
  readonly language: string;
}

/** The page before anything of the trail is in it. All of that comes in later, as text. */
export function explorerHtml({ source, script, styles, nonce, language }: PageParts): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source}; font-src 'none'; img-src 'none'; connect-src 'none'; form-action 'none'; base-uri 'none'`;
  const results = [
    [l10n.t('Calls'), ''],
    [l10n.t('Answered'), 'answered'],
    [l10n.t('Failed'), 'failed'],
    [l10n.t('Blocked'), 'blocked'],
    [l10n.t('What you did'), 'person'],
    [l10n.t('Every record'), 'all'],
  ] as const;
  const ranges = [
    [l10n.t('The last 24 hours'), '1'],
    [l10n.t('The last 7 days'), '7'],
    [l10n.t('The last 30 days'), '30'],
    [l10n.t('All kept records'), '0'],
  ] as const;
  const legend = (['answered', 'failed', 'blocked'] as const).map(
    (name) => `<li><span class="swatch ${name}" aria-hidden="true"></span>${escaped(pageTexts()[name])}</li>`,
  );
  const counts = `<th scope="col" class="number">${escaped(l10n.t('Answered'))}</th><th scope="col" class="number">${escaped(l10n.t('Failed'))}</th><th scope="col" class="number">${escaped(l10n.t('Blocked'))}</th>`;
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(l10n.t('Audit Explorer'))}</title>
<link rel="stylesheet" href="${escaped(styles)}">
</head>
<body data-texts="${escaped(JSON.stringify(pageTexts()))}">
<header>
<h1>${escaped(l10n.t('Audit Explorer'))}</h1>
<span id="chain" role="status">${escaped(l10n.t('The audit log has not been checked yet.'))}</span>
<button id="verify" type="button">${escaped(l10n.t('Verify'))}</button>
<button id="export" type="button">${escaped(l10n.t('Export…'))}</button>
</header>
<form id="filters">
<label>${escaped(l10n.t('Time'))}<select id="range">${options(ranges)}</select></label>
<label>${escaped(l10n.t('Service'))}<select id="service">${options([[l10n.t('All'), '']])}</select></label>
<label>${escaped(l10n.t('Agent'))}<select id="agent">${options([[l10n.t('All'), '']])}</select></label>
<label>${escaped(l10n.t('Show'))}<select id="result">${options(results)}</select></label>
<label>${escaped(l10n.t('Method and path'))}<input id="text" type="search" maxlength="200" placeholder="${escaped(l10n.t('such as POST /v1'))}"></label>
</form>
<p id="failed" role="alert"></p>
<h2 id="over-time">${escaped(l10n.t('Calls over time'))}</h2>
<p id="summary" role="status"></p>
<ul class="legend">${legend.join('')}</ul>
<div id="chart" role="img" aria-labelledby="over-time"></div>
<details>
<summary>${escaped(l10n.t('The chart in numbers'))}</summary>
<div class="scroll" tabindex="0"><table id="numbers"><thead><tr><th scope="col">${escaped(l10n.t('From'))}</th>${counts}</tr></thead><tbody></tbody></table></div>
</details>
<div class="columns">
<section><h2>${escaped(l10n.t('By service'))}</h2><table id="services"><thead><tr><th scope="col">${escaped(l10n.t('Service'))}</th>${counts}</tr></thead><tbody></tbody></table></section>
<section><h2>${escaped(l10n.t('By agent'))}</h2><table id="agents"><thead><tr><th scope="col">${escaped(l10n.t('Agent'))}</th>${counts}</tr></thead><tbody></tbody></table></section>
</div>
<h2>${escaped(l10n.t('Records'))}</h2>
<nav aria-label="${escaped(l10n.t('Pages'))}">
<button id="previous" type="button">${escaped(l10n.t('Newer'))}</button>
<button id="next" type="button">${escaped(l10n.t('Older'))}</button>
<span id="rows" role="status"></span>
</nav>
<table id="records"><thead><tr>${[l10n.t('Time'), l10n.t('Agent'), l10n.t('Service'), l10n.t('Request'), l10n.t('Result')].map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}<th scope="col" class="number">${escaped(l10n.t('Duration'))}</th></tr></thead><tbody></tbody></table>
<script nonce="${nonce}" src="${escaped(script)}"></script>
</body>
</html>
`;
}

function pageTexts(): PageTexts {
  return {
    answered: l10n.t('Answered'),
    failed: l10n.t('Failed'),
    blocked: l10n.t('Blocked'),
    person: l10n.t('You'),
    started: l10n.t('Started'),
    others: l10n.t('All others'),
    all: l10n.t('All'),
    none: l10n.t('No record matches.'),
    summary: l10n.t('{0} answered, {1} failed, {2} blocked.', '{0}', '{1}', '{2}'),
    reading: l10n.t('Older records are still being read …'),
    rows: l10n.t('{0} to {1} of {2}', '{0}', '{1}', '{2}'),
    milliseconds: l10n.t('{0} ms', '{0}'),
  };
}

function options(list: readonly (readonly [label: string, value: string])[]): string {
  return list.map(([label, value]) => `<option value="${escaped(value)}">${escaped(label)}</option>`).join('');
}

/** For text and for attributes in double quotes. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
