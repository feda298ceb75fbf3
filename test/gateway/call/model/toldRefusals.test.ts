import { describe, expect, test } from 'vitest';
import { inEnglish, phrase } from '../../../../src/core/text/phrase.ts';
import { type RefusalError, refusals } from '../../../../src/gateway/call/model/refusals.ts';
import { serverRefusals } from '../../../../src/gateway/targets/tool/serverRefusals.ts';
import { gatewayInProcess } from '../../../support/gatewayInProcess.ts';
import { inPseudo, untranslated } from '../../../support/pseudoLocale.ts';
import { freshKey, loopbackService, policyText } from '../../../support/serve.ts';

/** What each is made with: a name has one letter, so that two in a row are a word that no translator gets. */
type Made<Factories> = { readonly [Name in keyof Factories]: readonly RefusalError[] };

const why = phrase`because`;
const base = { origin: 'o', prefix: '/p', host: 'o', hostname: 'o', text: 'o/p' } as never;
const ended = ['no', 'unknown', 'yes'] as const;

const ofServices: Made<typeof refusals> = {
  invalidRequest: [refusals.invalidRequest(why, why)],
  repeatedPrefix: [
    refusals.repeatedPrefix('s', base, { repeated: '/p', path: '/a' } as never),
    refusals.repeatedPrefix('s', base, { repeated: '/p' } as never),
  ],
  credentialInCall: [refusals.credentialInCall('s')],
  heldBack: [true, false].map((everybody) => refusals.heldBack('s', 1000, everybody)),
  unknownService: [
    refusals.unknownService('s', []),
    refusals.unknownService('stripe', ['1stripe', '2']),
    refusals.unknownService(
      's',
      Array.from({ length: 30 }, (_, index) => `${index}`),
    ),
  ],
  policyDenied: [
    ...(['request', 'nothing'] as const).map((by) => refusals.policyDenied('s', why, why, { by })),
    ...(['request_access', 'user'] as const).map((by) => refusals.policyDenied('s', why, why, { by, rule: '{}' })),
    refusals.policyDenied('s', why, why, 'declined', 'r'),
  ],
  policyNotApproved: [refusals.policyNotApproved('s', why)],
  forbiddenByAdministrator: [refusals.forbiddenByAdministrator('s', why)],
  deniedByAdministrator: [refusals.deniedByAdministrator('s', why, why)],
  untrustedWorkspace: [refusals.untrustedWorkspace('s')],
  approvalDenied: [refusals.approvalDenied('s', why)],
  agentFrozen: ended.map(refusals.agentFrozen),
  agentWaits: ended.map(refusals.agentWaits),
  approvalPending: [refusals.approvalPending('s', 'i')],
  allowedLate: [refusals.allowedLate('s')],
  approvalOutdated: [refusals.approvalOutdated('s')],
  tooManyQuestions: [refusals.tooManyQuestions('s', 1)],
  frozen: [true, false].flatMap((all) => ended.map((sent) => refusals.frozen('s', all, sent))),
  revoked: ended.map((sent) => refusals.revoked('s', sent)),
  missingCredential: [refusals.missingCredential('s')],
  sessionMissing: [refusals.sessionMissing('s', 'p')],
  commandFailed: [refusals.commandFailed('s', why)],
  credentialExpired: [refusals.credentialExpired('s', why)],
  credentialRejected: ended.map((sent) => refusals.credentialRejected('s', why, why, { sent })),
  tokenUnavailable: [refusals.tokenUnavailable('s', 'h', why, 1000)],
  originNotConfirmed: [refusals.originNotConfirmed('s', why)],
  rateLimited: [refusals.rateLimited('s', why, 1000)],
  tooManyTokens: [refusals.tooManyTokens('s', 1000)],
  tooManySignatures: [true, false].map((dated) => refusals.tooManySignatures('s', dated, 1000)),
  tooBusy: [refusals.tooBusy('s', 1)],
  tooMany: [refusals.tooMany(1)],
  askedTooOften: [refusals.askedTooOften('list_services', 1000)],
  refusedTooOften: [refusals.refusedTooOften(1000)],
  tooHeavy: [refusals.tooHeavy(1)],
  requestTooLarge: [refusals.requestTooLarge(why, why, 's')],
  responseTooLarge: [true, false].map((isOverCap) => refusals.responseTooLarge('s', why, isOverCap)),
  addressRefused: [refusals.addressRefused('s', 'h', 'n')],
  notLookedThrough: ended.map((sent) => refusals.notLookedThrough('s', why, sent)),
  unreachable: ended.map((sent) => refusals.unreachable('s', 'h', why, sent)),
  timeout: ended.map((sent) => refusals.timeout('s', 1000, sent)),
  tls: [refusals.tls('s', 'h', why)],
  cancelled: ended.map((sent) => refusals.cancelled('s', sent)),
  gatewayStarting: [refusals.gatewayStarting()],
  outOfForm: ['', 'p'].map(refusals.outOfForm),
  policyBeingRead: [refusals.policyBeingRead(['f', 'g'])],
  policyUnread: [refusals.policyUnread(['f', 'g'])],
  gatewayStopping: ended.map((sent) => refusals.gatewayStopping('s', sent)),
  auditUnavailable: ended.map((sent) => refusals.auditUnavailable('s', sent)),
  internal: ended.map((sent) => refusals.internal('s', sent, undefined)),
};

const ofServers: Made<typeof serverRefusals> = {
  unknownServer: [serverRefusals.unknownServer([]), serverRefusals.unknownServer(['a', 'b'])],
  toolDenied: [true, false].map((byAdministrator) => serverRefusals.toolDenied('s', why, why, byAdministrator)),
  unknownTool: [serverRefusals.unknownTool('s')],
  toolNotReviewed: (['new', 'changed', 'hidden_text'] as const).map((how) => serverRefusals.toolNotReviewed('s', how)),
  argumentsTooLarge: [serverRefusals.argumentsTooLarge('s', 1)],
  resultTooLarge: [serverRefusals.resultTooLarge('s', 1)],
  notStarted: [serverRefusals.notStarted('s', why)],
  paused: [undefined, refusals.tls('s', 'h', why)].map((last) => serverRefusals.paused('s', last, 1000)),
  stillStarting: [serverRefusals.stillStarting('s', 1)],
  unreadable: [true, false].map((isTooDeep) => serverRefusals.unreadable('s', isTooDeep)),
  crashed: ended.map((sent) => serverRefusals.crashed('s', sent)),
  credentialRejected: [serverRefusals.credentialRejected('s')],
  signInNeeded: [serverRefusals.signInNeeded('s')],
  forbidden: [true, false].map((authenticated) => serverRefusals.forbidden('s', authenticated)),
  busy: [1000, undefined].map((ms) => serverRefusals.busy('s', ms)),
  redirected: ['/', undefined].map((to) => serverRefusals.redirected('s', to)),
  olderTransport: [serverRefusals.olderTransport('s')],
  newerProtocol: [serverRefusals.newerProtocol('s', '1')],
  sessionOver: [true, false].map((certain) => serverRefusals.sessionOver('s', certain)),
  notTaken: [serverRefusals.notTaken('s', 1)],
  changedUnderWay: ended.map((sent) => serverRefusals.changedUnderWay('s', sent)),
};

const all = Object.entries({
  ...ofServices,
  ...Object.fromEntries(Object.entries(ofServers).map(([name, made]) => [`server: ${name}`, made])),
});

describe('a refusal', () => {
  test.each(all)('is worded by the reader’s language, whatever it is about: %s', (_name, made) => {
    for (const { told } of made) {
      expect(untranslated(inPseudo(told.message))).toEqual([]);
      // What its agent does after a call that may have arrived, nobody else is told.
      if (told.sent === 'no') expect(untranslated(inPseudo(told.nextStep))).toEqual([]);
    }
  });

  test.each(all)('is the same in English for agents and records: %s', (_name, made) => {
    for (const { told, refusal, message } of made) {
      expect(refusal).toEqual({ ...told, message: inEnglish(told.message), nextStep: inEnglish(told.nextStep) });
      expect(message).toBe(refusal.message);
      expect(`${refusal.message} ${refusal.nextStep}`).not.toMatch(/\{\d+\}|undefined|\[object/);
    }
  });
});

describe('what the user is told of a request of their own', () => {
  const ORIGIN = 'http://127.0.0.1:9';
  const policy = (rule: object): string => policyText({ api: loopbackService(ORIGIN, { policies: [rule] }) });
  const call = { tool: 'execute', service: 'api', method: 'GET', path: '/a' } as const;

  test.each([
    ['policy_denied', { path: '/b', methods: ['GET'] }, call],
    ['invalid_request', { path: '/**', methods: ['GET'] }, { ...call, path: '/a/../b' }],
    ['missing_credential', { path: '/**', methods: ['GET'] }, call],
    ['unknown_service', { path: '/**', methods: ['GET'] }, { ...call, service: 'other' }],
  ])('has no plain English in it: %s', async (code, rule, asked) => {
    const { gateway } = await gatewayInProcess({ policy: policy(rule) });
    const { refusal } = await gateway.explain(asked);
    expect(refusal?.code).toBe(code);
    expect(refusal && untranslated(inPseudo(refusal.message))).toEqual([]);
    // A rule to add is text of the policy’s language.
    expect(refusal && untranslated(inPseudo(refusal.nextStep).replace(/\{.*\}/, ''))).toEqual([]);
  });

  test('has none either where a verification was refused', async () => {
    const { gateway } = await gatewayInProcess({
      policy: policy({ path: '/**', methods: ['GET'] }),
      credentials: [['api', ORIGIN, freshKey()]],
    });
    const { why: told } = await gateway.verify('api', { method: 'GET', path: '/' });
    expect(told && inEnglish(told)).toBe('127.0.0.1:9 could not be reached: the connection was refused.');
    expect(told && untranslated(inPseudo(told))).toEqual([]);
  });
});
