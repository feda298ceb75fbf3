import { Disposable } from 'vscode';
import type { App } from '../app/app.ts';
import { type CommandTable, registerCommands } from '../app/registerCommands.ts';
import { followLearning } from './commands/followLearning.ts';

const COMMANDS: CommandTable = {
  'valetKey.suggestTighterPolicy': async () =>
    (await import('./commands/suggestTighterPolicy.ts')).suggestTighterPolicy,
  'valetKey.learnPolicy': async () => (await import('./commands/learnPolicy.ts')).learnPolicy,
  'valetKey.stopLearning': async () => (await import('./commands/stopLearning.ts')).stopLearning,
  'valetKey.useProposal': async () => (await import('./commands/useProposal.ts')).useProposal,
};

/** Learning a policy from what agents call. */
export function registerLearn(app: App): Disposable {
  return Disposable.from(registerCommands(app, COMMANDS), followLearning(app));
}
