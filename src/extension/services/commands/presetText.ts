import { l10n } from 'vscode';
import type { ServicePresetId } from '../../../core/services/knownService.ts';

/** What a set of rules is called, and in words what it lets agents do. */
export function presetText(id: ServicePresetId): { readonly label: string; readonly description: string } {
  switch (id) {
    case 'read-only':
      return { label: l10n.t('Read only'), description: l10n.t('GET and HEAD on every path') };
    case 'read-usual':
      return {
        label: l10n.t('Read the usual data'),
        description: l10n.t('GET and HEAD on a list of paths, except those known to return credentials'),
      };
    case 'read-and-search':
      return {
        label: l10n.t('Read and search'),
        description: l10n.t('GET and HEAD on every path, and the searches that are sent by POST'),
      };
    case 'read-messages':
      return {
        label: l10n.t('Read channels and messages'),
        description: l10n.t('the methods that only read, by name; nothing is posted'),
      };
    case 'post-messages':
      return {
        label: l10n.t('Read, and post messages'),
        description: l10n.t('the methods that only read, and posting, editing and reacting'),
      };
    case 'issues':
      return {
        label: l10n.t('Read, and work on issues'),
        description: l10n.t('read; create, change and comment issues, and what comments set off'),
      };
    case 'use-models':
      return {
        label: l10n.t('Use models'),
        description: l10n.t('list models and send them requests, which cost money; no other path of the API'),
      };
    case 'graphql-queries':
      return {
        label: l10n.t('GraphQL queries'),
        description: l10n.t('this API is GraphQL: what only reads; mutations are denied'),
      };
    case 'all-of-graphql':
      return {
        label: l10n.t('Everything'),
        description: l10n.t('queries, and mutations with your approval'),
      };
    case 'read-and-write':
      return { label: l10n.t('Read and write'), description: l10n.t('every method on every path') };
    case 'nothing':
      return { label: l10n.t('Nothing yet'), description: l10n.t('you write the rules yourself') };
  }
}
