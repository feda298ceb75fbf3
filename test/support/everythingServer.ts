import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { until } from './until.ts';

const require = createRequire(import.meta.url);
export const EVERYTHING = require.resolve('@modelcontextprotocol/server-everything/dist/index.js');

/** npm's "everything" server over streamable HTTP, behind a front that lets in who has the token. */
export interface EverythingOverHttp {
  readonly origin: string;
  /** Of every request: method, and whether it came with the token. */
  readonly seen: { method: string; authorized: boolean; headers: http.IncomingHttpHeaders }[];
  /** Answers this instead, until it is set back. */
  instead: ((request: http.IncomingMessage, response: http.ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

export async function startEverything(token: string): Promise<EverythingOverHttp> {
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, PORT: String(port) },
  });
  const everything: EverythingOverHttp = {
    origin: '',
    seen: [],
    instead: undefined,
    close: async () => {
      child.kill('SIGKILL');
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    },
  };
  const front = http.createServer((request, response) => {
    const authorized = request.headers.authorization === `Bearer ${token}`;
    everything.seen.push({ method: request.method ?? '', authorized, headers: request.headers });
    if (everything.instead) return everything.instead(request, response);
    if (!authorized) return void response.writeHead(401).end();
    const onward = http.request(
      { port, host: '127.0.0.1', path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  await until(() => answers(port), 'the everything server', 20_000);
  return Object.assign(everything, { origin: `http://127.0.0.1:${(front.address() as AddressInfo).port}` });
}

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/mcp`);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
