import { phrase } from '../../core/text/phrase.ts';
import type { ApprovalAnswer, ApprovalEnd, ApprovalQuestion } from '../control/controlPort.ts';
import type { Interruptible, Interruption } from './interruptions.ts';
import { refusals } from './model/refusals.ts';

/** Who answers where policy asks: the user through the host, or everything is allowed or denied without a question. */
export type Approver = 'user' | 'all' | 'none';

/** How long things last, in milliseconds. */
export interface ApprovalTimes {
  /** How long one call waits: MCP clients give up after 60 seconds. */
  readonly waitMs: number;
  /** How long a client waits that hears nothing meanwhile: see {@link ApprovalGate.refuseIfTooLate}. */
  readonly patienceMs: number;
  /** How long a question can be answered. */
  readonly openMs: number;
  /** How long *Allow Once* waits for the identical call to come back. */
  readonly permitMs: number;
  /** *Allow for 10 Minutes*. */
  readonly rememberMs: number;
  /** How long the identical call is refused after a *Deny* without another question. */
  readonly deniedMs: number;
}

const MINUTE_MS = 60_000;
export const APPROVAL_TIMES: ApprovalTimes = {
  waitMs: 45_000,
  patienceMs: MINUTE_MS,
  openMs: 30 * MINUTE_MS,
  permitMs: 10 * MINUTE_MS,
  rememberMs: 10 * MINUTE_MS,
  deniedMs: 5 * MINUTE_MS,
};

/** Open questions of one proxy connection, and in all. More would be a pile that nobody reads. */
export const MAX_QUESTIONS_OF_ONE = 5;
export const MAX_QUESTIONS = 50;
/** Of bodies in all open questions, in characters: they are held after their calls have ended. */
const MAX_BODY_CHARS = 16 * 1024 * 1024;

/** What a question would be about. */
export interface Asked {
  /** The proxy's connection. */
  readonly connection: string;
  readonly service: string;
  /** Counts the values that the service's credential has had. */
  readonly credentialGeneration: number;
  readonly requestHash: string;
  /** Counts the changes of the policies. */
  readonly policyVersion: number;
  /** The rules that ask, each with all that it says. */
  readonly rules: readonly string[];
  /** Whether the rules that ask offer ten minutes. */
  readonly mayRemember: boolean;
  /** Whether a freeze holds for the service or for the agent. */
  readonly frozen: () => boolean;
  /** Whether exactly this would still be asked, if it were asked now. */
  readonly stands: () => boolean;
  /** The request's canonical path. */
  readonly path: string;
}

/** What the user is asked about. */
export interface ApprovalSubject extends Asked {
  /** What the user is shown. */
  readonly question: () => Omit<ApprovalQuestion, 'id' | 'expiresAt' | 'requestHash' | 'mayRemember' | 'service'>;
}

interface Question {
  readonly subject: ApprovalSubject;
  readonly shown: ApprovalQuestion;
  readonly waiters: Set<Waiter>;
  readonly timer: NodeJS.Timeout;
}

/** Settles one waiting call. */
type Waiter = (outcome: 'again' | 'denied' | 'expired' | 'gone') => void;

interface Permit {
  readonly subject: ApprovalSubject;
  readonly until: number;
  /** Something changed, and whether it stands still was not looked at since. */
  doubtful: boolean;
}

interface Remembered {
  readonly subject: ApprovalSubject;
  readonly until: number;
}

export interface ApprovalPorts {
  readonly times: ApprovalTimes;
  now(): number;
  freshId(): string;
  ask(question: ApprovalQuestion): void;
  gone(id: string, why: ApprovalEnd): void;
  /** Writes what the user said into the audit log. Throws when it cannot: then nothing was said. */
  record(question: ApprovalQuestion, path: string, answer: ApprovalAnswer): void;
  /** Between two steps of work that may be many: see `TurnBudget`. */
  turn(): Promise<void>;
}

/**
 * Questions to the user, and what became of them. An *Allow Once* is a permit for one identical call; ten minutes are
 * remembered for rules and a connection; a *Deny* holds for the identical call for a while. Whatever an approval rests
 * on (policy, credential, freeze, the connection) takes it along when it changes.
 */
export class Approvals implements Interruptible {
  readonly #ports: ApprovalPorts;
  /** By identity: identical calls share a question. */
  readonly #questions = new Map<string, Question>();
  /** By identity. */
  readonly #permits = new Map<string, Permit>();
  /** By {@link remembering}. */
  readonly #remembered = new Map<string, Remembered>();
  /** By identity: until when. */
  readonly #denied = new Map<string, number>();

  constructor(ports: ApprovalPorts) {
    this.#ports = ports;
  }

  /** Whether the user allowed this. */
  allows(subject: Asked): boolean {
    return this.#isRemembered(subject) || this.#isPermitted(identityOf(subject));
  }

  /** The same, and spends an *Allow Once*: it passes one call. */
  take(subject: Asked): boolean {
    if (this.#isRemembered(subject)) return true;
    const allowed = this.allows(subject);
    this.#permits.delete(identityOf(subject));
    return allowed;
  }

  /**
   * Asks the user, or joins the identical call that is being asked about already. Resolves when it is worth another
   * {@link take}: the user allowed it, or what the question rested on has changed. Throws a refusal when the user
   * said no, has not answered by `deadline` (milliseconds since the epoch), or has too much to answer; and the
   * signal's reason when that is aborted.
   */
  async wait(subject: ApprovalSubject, deadline: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { service } = subject;
    const identity = identityOf(subject);
    if ((this.#denied.get(identity) ?? 0) > this.#ports.now()) throw refusals.approvalDenied(service, SAID_NO);
    const question = this.#questions.get(identity) ?? this.#open(subject);
    const outcome = await this.#outcome(question, deadline, signal);
    switch (outcome) {
      case 'again':
        return;
      case 'denied':
        throw refusals.approvalDenied(service, SAID_NO);
      case 'expired':
        throw refusals.approvalDenied(
          service,
          phrase`Nobody answered within ${minutes(this.#ports.times.openMs)} minutes`,
        );
      case 'gone':
        throw refusals.cancelled(service, 'no');
      case 'pending':
        throw refusals.approvalPending(service, question.shown.id);
      case 'aborted':
        // Nobody is left who would want to know.
        if (question.waiters.size === 0) this.#withdraw(question, 'cancelled');
        throw signal.reason;
    }
  }

  /**
   * The user's answer to the question as it was shown. False when that question is gone, so that nothing happened.
   * Throws when the answer cannot be recorded, or when the rule does not offer it.
   */
  answer(id: string, requestHash: string, answer: ApprovalAnswer): boolean {
    const question = [...this.#questions.values()].find(({ shown }) => shown.id === id);
    if (!question || question.shown.requestHash !== requestHash) return false;
    const { subject, shown } = question;
    if (!subject.stands()) {
      this.#withdraw(question, 'changed');
      return false;
    }
    if (answer.allow && answer.for === '10m' && !subject.mayRemember) {
      throw new Error('The rule asks every time: the request can be allowed only once.');
    }
    this.#ports.record(shown, subject.path, answer);
    const now = this.#ports.now();
    const { times } = this.#ports;
    const identity = identityOf(subject);
    if (!answer.allow) this.#denied.set(identity, now + times.deniedMs);
    else if (answer.for === 'once')
      this.#permits.set(identity, { subject, until: now + times.permitMs, doubtful: false });
    else {
      for (const rule of subject.rules) {
        this.#remembered.set(remembering(subject, rule), { subject, until: now + times.rememberMs });
      }
    }
    this.#withdraw(question, 'answered', answer.allow ? 'again' : 'denied');
    this.#sweep(now);
    return true;
  }

  interrupt(interruption: Interruption): void {
    const { by } = interruption;
    if (by === 'end') this.#close();
    else if (by === 'disconnection') this.#disconnect(interruption.connection);
    else {
      if (by === 'freeze' || by === 'agents') this.#freeze();
      if (by !== 'freeze') void this.#recheck();
    }
  }

  /** A freeze ends all that concerns the services and agents that it holds for. */
  #freeze(): void {
    this.#forget((subject) => subject.frozen(), 'frozen');
    for (const [key, { subject }] of this.#remembered) if (subject.frozen()) this.#remembered.delete(key);
  }

  /** The connection is over: nothing of it can be used any more. */
  #disconnect(connection: string): void {
    this.#forget((subject) => subject.connection === connection, 'cancelled', 'gone');
    for (const [key, { subject }] of this.#remembered) {
      if (subject.connection === connection) this.#remembered.delete(key);
    }
  }

  /**
   * What does not stand any more goes. Ten minutes end with their policy version. To look at one is to judge its call anew, and
   * dozens of large ones would hold up a freeze: each has a turn of its own. Nothing is sent meanwhile: what waits is looked at
   * once more, and an *Allow Once* that is asked for is looked at then.
   */
  async #recheck(): Promise<void> {
    for (const permit of this.#permits.values()) permit.doubtful = true;
    for (const question of [...this.#questions.values()]) {
      await this.#ports.turn();
      if (!question.subject.stands()) this.#withdraw(question, 'changed');
    }
    for (const identity of [...this.#permits.keys()]) {
      await this.#ports.turn();
      this.#isPermitted(identity);
    }
  }

  /** Ends every question; nobody is told any more. */
  #close(): void {
    for (const { timer } of this.#questions.values()) clearTimeout(timer);
    this.#questions.clear();
  }

  /** Whether an *Allow Once* is there and stands. What does not stand any more is forgotten. */
  #isPermitted(identity: string): boolean {
    const permit = this.#permits.get(identity);
    if (permit?.doubtful) {
      permit.doubtful = false;
      if (!permit.subject.stands()) this.#permits.delete(identity);
    }
    return (this.#permits.get(identity)?.until ?? 0) > this.#ports.now();
  }

  #isRemembered(subject: Asked): boolean {
    const now = this.#ports.now();
    return (
      subject.mayRemember &&
      subject.rules.length > 0 &&
      subject.rules.every((rule) => (this.#remembered.get(remembering(subject, rule))?.until ?? 0) > now)
    );
  }

  #open(subject: ApprovalSubject): Question {
    const { service, requestHash, mayRemember } = subject;
    const { now, times, freshId, ask } = this.#ports;
    const open = [...this.#questions.values()];
    const own = open.filter((other) => other.subject.connection === subject.connection).length;
    if (own >= MAX_QUESTIONS_OF_ONE) throw refusals.tooManyQuestions(service, own);
    const described = subject.question();
    const chars = open.reduce((sum, { shown }) => sum + bodyChars(shown), bodyChars(described));
    if (open.length >= MAX_QUESTIONS || chars > MAX_BODY_CHARS) throw refusals.tooManyQuestions(service, open.length);
    const shown = { ...described, id: freshId(), service, requestHash, mayRemember, expiresAt: now() + times.openMs };
    const timer = setTimeout(() => this.#withdraw(question, 'expired', 'expired'), times.openMs);
    timer.unref();
    const question: Question = { subject, shown, waiters: new Set(), timer };
    this.#questions.set(identityOf(subject), question);
    ask(shown);
    return question;
  }

  #outcome(
    { waiters }: Question,
    deadline: number,
    signal: AbortSignal,
  ): Promise<Parameters<Waiter>[0] | 'pending' | 'aborted'> {
    return new Promise((resolve) => {
      const settle = (outcome: Parameters<Waiter>[0] | 'pending' | 'aborted'): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        waiters.delete(settle);
        resolve(outcome);
      };
      const onAbort = (): void => settle('aborted');
      const timer = setTimeout(() => settle('pending'), Math.max(0, deadline - this.#ports.now()));
      signal.addEventListener('abort', onAbort, { once: true });
      waiters.add(settle);
    });
  }

  #withdraw(question: Question, why: ApprovalEnd, outcome: Parameters<Waiter>[0] = 'again'): void {
    const { subject, shown, waiters, timer } = question;
    const identity = identityOf(subject);
    if (this.#questions.get(identity) !== question) return;
    clearTimeout(timer);
    this.#questions.delete(identity);
    this.#ports.gone(shown.id, why);
    for (const settle of [...waiters]) settle(outcome);
  }

  #forget(
    concerned: (subject: ApprovalSubject) => boolean,
    why: ApprovalEnd,
    outcome: Parameters<Waiter>[0] = 'again',
  ): void {
    for (const [identity, { subject }] of this.#permits) if (concerned(subject)) this.#permits.delete(identity);
    for (const question of [...this.#questions.values()])
      if (concerned(question.subject)) this.#withdraw(question, why, outcome);
  }

  #sweep(now: number): void {
    for (const [identity, until] of this.#denied) if (until <= now) this.#denied.delete(identity);
    for (const [identity, { until }] of this.#permits) if (until <= now) this.#permits.delete(identity);
    for (const [key, { until }] of this.#remembered) if (until <= now) this.#remembered.delete(key);
  }
}

const SAID_NO = phrase`The user reviewed this request and declined it`;

/** What makes two calls the identical call. None of the first parts holds a space. */
function identityOf({ connection, service, credentialGeneration, requestHash }: Asked): string {
  return [connection, service, credentialGeneration, requestHash].join(' ');
}

/** Ten minutes are for a rule and a connection, whatever the agent calls itself. */
function remembering(subject: Asked, rule: string): string {
  const { connection, service, credentialGeneration, policyVersion } = subject;
  return [connection, service, credentialGeneration, policyVersion, rule].join(' ');
}

function bodyChars({ body }: Pick<ApprovalQuestion, 'body'>): number {
  return body?.text.length ?? 0;
}

function minutes(ms: number): number {
  return Math.max(1, Math.round(ms / MINUTE_MS));
}
