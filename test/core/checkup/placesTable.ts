import { CLIENT_PLACES, type ClientPlaces } from '../../../src/core/checkup/model/clientPlaces.ts';

const BEGIN = '| client | of the user | of a workspace, at any depth | source |\n| --- | --- | --- | --- |\n';

/** The table of docs/checkup.md: what the checkup reads of each client, and where that is documented. */
function placesTable(): string {
  return BEGIN + CLIENT_PLACES.map(row).join('');
}

/** The page with its table as it should be. */
export function withPlacesTable(page: string): string {
  const begin = page.indexOf(BEGIN);
  if (begin === -1) throw new Error('docs/checkup.md has no table of places.');
  const end = page.indexOf('\n\n', begin) + 1;
  return page.slice(0, begin) + placesTable() + page.slice(end);
}

function row(one: ClientPlaces): string {
  const ofUser = [
    ...files('~/', one.home),
    ...files('CONFIG/', one.config),
    ...files('DATA/', one.data),
    ...files('LOCAL/', one.localData),
    ...files('EDITOR/', one.editor),
  ];
  const sources = one.sources.map((source, index) => `[${index + 1}](${source})`);
  return `| ${[one.label, ofUser.join(', '), files('', one.workspace).join(', '), sources.join(' ')].join(' | ')} |\n`;
}

function files(folder: string, paths: readonly string[] = []): string[] {
  return paths.map((path) => `\`${folder}${path}\``);
}
