import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { escapeUnshowable } from '../core/audit/escape.ts';
import { errorText } from '../core/errorText.ts';
import type { Policy } from '../core/policy/model/policy.ts';
import { Secret } from '../core/secret.ts';
import { inEnglish } from '../core/text/phrase.ts';
import type { Approver } from '../gateway/call/approvals.ts';
import type {
  ApprovalQuestion,
  Binding,
  GatewayEvents,
  GatewayStatus,
  NetworkSettings,
} from '../gateway/control/controlPort.ts';
import { type RunningGateway, startGateway } from '../gateway/startGateway.ts';
import { BoundedPolicyParser } from '../policyWorker/policyParser.ts';
import { CommandLineCredentials } from './commandLineCredentials.ts';
import { environmentProxy, proxyVariable } from './environmentProxy.ts';
import { inputLines, print } from './jsonLines.ts';
import { neededCredentials, stoppableNames } from './policyNames.ts';
import { ToolReview } from './toolReview.ts';
import { parseOptions, readTextAtOnce, required, UsageError } from './usage.ts';

const id = z.union([z.string(), z.number()]);
const orderSchema = z.discriminatedUnion('do', [
  z.strictObject({ id, do: z.literal('rotate'), service: z.string(), credential: z.string() }),
  z.strictObject({ id, do: z.literal('revoke'), service: z.string() }),
  z.strictObject({ id, do: z.literal('freeze'), service: z.string().optional() }),
  z.strictObject({ id, do: z.literal('unfreeze'), service: z.string().optional() }),
  z.strictObject({ id, do: z.literal('review'), server: z.string() }),
  z.strictObject({ id, do: z.literal('reload') }),
  z.strictObject({ id, do: z.literal('status') }),
  z.strictObject({
    id,
    do: z.literal('answer'),
    approval: z.string(),
    allow: z.boolean(),
    for: z.enum(['once', '10m']).optional(),
  }),
]);
type Order = z.infer<typeof orderSchema>;

export async function serveCommand(args: string[]): Promise<number> {
  const { values } = parseOptions(args, {
    policy: { type: 'string' },
    'runtime-dir': { type: 'string' },
    'audit-dir': { type: 'string' },
    approve: { type: 'string', default: 'none' },
    proxy: { type: 'string' },
  });
  const approve = z.enum(['ask', 'all', 'none']).safeParse(values.approve);
  if (!approve.success) throw new UsageError('--approve takes ask, all or none.');
  if (values.proxy !== undefined && values.proxy !== 'env') throw new UsageError('--proxy takes env.');
  const host = await CommandLineHost.start({
    network: networkOf(values.proxy),
    policy: path.resolve(required(values.policy, '--policy')),
    approver: approve.data === 'ask' ? 'user' : approve.data,
    runtimeDir: path.resolve(values['runtime-dir'] ?? fs.mkdtempSync(path.join(os.tmpdir(), 'valet-key-run-'))),
    auditDir: path.resolve(values['audit-dir'] ?? fs.mkdtempSync(path.join(os.tmpdir(), 'valet-key-audit-'))),
  });
  const end = (): void => void host.close().then((status) => process.exit(status));
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  for await (const line of inputLines()) print(await host.obey(line));
  return host.close();
}

/** Requests go through the environment's proxy where that is asked for, and nowhere silently past it. */
function networkOf(proxy: 'env' | undefined): NetworkSettings | undefined {
  const variable = proxyVariable(process.env);
  if (proxy === 'env') {
    if (variable === undefined) process.stderr.write('--proxy env: no variable of the environment names a proxy.\n');
    return environmentProxy(process.env);
  }
  if (variable !== undefined) {
    process.stderr.write(`${variable} is not used: with --proxy env requests go through that proxy.\n`);
  }
  return undefined;
}

interface ServeOptions {
  readonly network: NetworkSettings | undefined;
  readonly policy: string;
  readonly runtimeDir: string;
  readonly auditDir: string;
  readonly approver: Approver;
}

/** A question as it is printed: `target` is the exact request target, as `decide` prints it. */
function approvalLine({ id, service, method, url, agent, reason }: ApprovalQuestion): object {
  const target = url.replace(/^https?:\/\/[^/]*/, '');
  return { id, service, method, target, agent: agent.name, ...(reason === undefined ? {} : { reason }) };
}

/** The gateway's host on the command line: standard input instead of the user, memory instead of SecretStorage. */
class CommandLineHost {
  readonly #policyFile: string;
  readonly #parser = new BoundedPolicyParser(__filename);
  readonly #gateway: RunningGateway;
  #policy: Policy = { services: new Map(), servers: new Map(), tests: [] };
  readonly #credentials: CommandLineCredentials;
  readonly #tools: ToolReview;
  #frozen = { all: false, services: new Set<string>() };
  /** Request hashes of open questions, by their ids. */
  readonly #questions: ReadonlyMap<string, string>;

  private constructor(
    policyFile: string,
    gateway: RunningGateway,
    credentials: CommandLineCredentials,
    questions: ReadonlyMap<string, string>,
    tools: ToolReview,
  ) {
    this.#credentials = credentials;
    this.#policyFile = policyFile;
    this.#tools = tools;
    this.#gateway = gateway;
    this.#questions = questions;
  }

  static async start(options: ServeOptions): Promise<CommandLineHost> {
    const credentials = new CommandLineCredentials();
    const questions = new Map<string, string>();
    const tools = new ToolReview();
    const events: GatewayEvents = {
      tokenStore: credentials,
      onAudit: (_event, line) => process.stderr.write(`${line}\n`),
      onAccessRequest: ({ agent, service, method, path: wanted, reason }) =>
        process.stderr.write(
          `${escapeUnshowable(`${agent} asks for ${method} ${wanted} on ${service}: ${JSON.stringify(reason)}`)}\n`,
        ),
      onAgents: () => undefined,
      onApproval: (question) => {
        questions.set(question.id, question.requestHash);
        print({ approval: approvalLine(question) });
      },
      onApprovalGone: (gone) => questions.delete(gone),
      onToolsSeen: (seen) => tools.take(seen),
      onServersChanged: () => undefined, // `status` has it
      onLog: (level, message) => process.stderr.write(`[${level}] ${message}\n`),
    };
    const { policy, runtimeDir, auditDir, approver, network } = options;
    fs.mkdirSync(runtimeDir, { recursive: true, mode: 0o700 });
    const gateway = await startGateway({ runtimeDir, auditDir, extensionVersion: '' }, events, __filename, approver);
    const host = new CommandLineHost(policy, gateway, credentials, questions, tools);
    try {
      if (network) await gateway.control.set({ network });
      await host.#reload();
      await host.#takeCredentialsFromEnvironment();
    } catch (error) {
      await host.close();
      throw error;
    }
    print({
      ready: true,
      pid: process.pid,
      runtimeDir,
      proxy: {
        command: process.execPath,
        args: [path.join(__dirname, 'proxy.js')],
        env: { VALETKEY_RUNTIME_DIR: runtimeDir },
      },
    });
    return host;
  }

  /** Carries out one order and says how it went. */
  async obey(line: string): Promise<Record<string, unknown>> {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      return { id: null, ok: false, error: 'The line is not JSON.' };
    }
    const order = orderSchema.safeParse(json);
    if (!order.success) {
      const given = (json as { id?: unknown } | null)?.id ?? null;
      return { id: given, ok: false, error: 'The order is not valid; run with --help to see the orders.' };
    }
    try {
      return { id: order.data.id, ok: true, ...(await this.#carryOut(order.data)) };
    } catch (error) {
      return { id: order.data.id, ok: false, error: errorText(error) };
    }
  }

  async close(): Promise<number> {
    await this.#gateway.close();
    this.#parser.dispose();
    return 0;
  }

  async #carryOut(order: Order): Promise<object> {
    const { control } = this.#gateway;
    switch (order.do) {
      case 'rotate': {
        const value = secretOf(order.credential);
        await this.#store(order.service, value);
        await control.recordControl({
          action: 'rotate',
          service: order.service,
          credential: { name: order.service, last4: value.last4 },
        });
        return {};
      }
      case 'revoke':
        this.#known(order.service);
        await this.#remove(order.service);
        await control.recordControl({ action: 'revoke', service: order.service });
        return {};
      case 'freeze':
      case 'unfreeze': {
        const freezing = order.do === 'freeze';
        // An order to stop that stops nothing must not look as if it had.
        if (order.service !== undefined && !stoppableNames(this.#policy).has(order.service))
          throw this.#unknown(order.service);
        if (!freezing && order.service !== undefined && this.#frozen.all) {
          throw new Error('All access is frozen; send "unfreeze" without a service first.');
        }
        if (order.service === undefined) {
          this.#frozen = { all: freezing, services: freezing ? this.#frozen.services : new Set() };
        } else if (freezing) this.#frozen.services.add(order.service);
        else this.#frozen.services.delete(order.service);
        await control.set({ freeze: { all: this.#frozen.all, services: [...this.#frozen.services] } });
        await control.recordControl({
          action: order.do,
          ...(order.service === undefined ? {} : { service: order.service }),
        });
        return {};
      }
      case 'review':
        await control.set({ toolPins: this.#tools.accept(order.server) });
        await control.recordControl({ action: 'review_tools', service: order.server });
        return {};
      case 'reload':
        await this.#reload();
        await control.recordControl({ action: 'reload' });
        return {};
      case 'status':
        return statusInEnglish(await control.status());
      case 'answer': {
        const hash = this.#questions.get(order.approval);
        const answer = order.allow ? ({ allow: true, for: order.for ?? 'once' } as const) : ({ allow: false } as const);
        if (hash === undefined || !(await control.answerApproval(order.approval, hash, answer))) {
          throw new Error(
            'The question is no longer open: it was answered, withdrawn or never asked. Your answer was not used.',
          );
        }
        return {};
      }
    }
  }

  /** The text on disk becomes the approved one: on the command line, whoever starts the gateway is the user. */
  async #reload(): Promise<void> {
    // Whoever may write the file may put a pipe in its place, and waiting for it would hold up a freeze.
    const text = readTextAtOnce(this.#policyFile);
    const { policy, problems } = await this.#parser.parse(text);
    if (!policy) {
      const [first] = problems.filter(({ severity }) => severity === 'error');
      throw new UsageError(
        `${this.#policyFile}:${first?.start.line}:${first?.start.column}: ${first && inEnglish(first.message)}`,
      );
    }
    this.#policy = policy;
    const label = path.basename(this.#policyFile);
    await this.#gateway.control.set({ policies: [{ id: 'user', label, approved: text, written: text, grants: true }] });
  }

  async #takeCredentialsFromEnvironment(): Promise<void> {
    for (const name of neededCredentials(this.#policy).keys()) {
      const variable = `VALETKEY_CREDENTIAL_${name.toUpperCase().replaceAll('-', '_')}`;
      const value = process.env[variable];
      if (value === undefined) continue;
      delete process.env[variable];
      try {
        await this.#store(name, secretOf(value));
      } catch (error) {
        process.stderr.write(`${variable}: ${errorText(error)}\n`);
      }
    }
  }

  /** The destination of a service's credential, or of one that an upstream MCP server names. */
  #known(name: string): Binding {
    const binding = neededCredentials(this.#policy).get(name);
    if (!binding) throw this.#unknown(name);
    return binding;
  }

  #unknown(name: string): Error {
    return new Error(`There is no service named ${name} in ${path.basename(this.#policyFile)}.`);
  }

  async #store(name: string, value: Secret): Promise<void> {
    const service = this.#policy.services.get(name);
    if (service) this.#credentials.store(service, value);
    else this.#credentials.storeBound(name, this.#known(name), value);
    await this.#gateway.control.set({ credentials: this.#credentials.set });
  }

  async #remove(name: string): Promise<void> {
    this.#credentials.remove(name);
    await this.#gateway.control.set({ credentials: this.#credentials.set });
  }
}

/** A document (a key file in PEM or JSON) comes from a file, and a file ends with a line break that is not part of it. */
function secretOf(text: string): Secret {
  const alone = text.trim();
  return new Secret(/^(?:\{|-----BEGIN )/.test(alone) ? alone : text);
}

function statusInEnglish({ services, servers, ...status }: GatewayStatus): object {
  return {
    ...status,
    services: services.map(({ why, ...service }) => ({ ...service, ...(why && { why: inEnglish(why) }) })),
    servers: servers.map(({ why, failure, ...server }) => ({
      ...server,
      ...(why && { why: inEnglish(why) }),
      ...(failure && { failure: inEnglish(failure) }),
    })),
  };
}
