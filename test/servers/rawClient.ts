import net from 'node:net';

const ANSWER_WITHIN_MS = 3_000;
/** An answer names its handler in its headers, or in the text of a file. */
const HANDLER = /handler[:=] ?(\w+)/i;

/** What a server made of one target: the handler that it ran, if it says one; undefined without an answer. */
export interface RawAnswer {
  readonly target: string;
  readonly handler: string | undefined;
}

/** Sends a GET for each target as it stands, each over a connection of its own, several at once. */
export async function sendRaw(port: number, targets: readonly string[], until: number): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = [];
  const left = targets.values();
  const one = async (): Promise<void> => {
    for (const target of left) {
      if (Date.now() > until) return;
      const answer = await get(port, target);
      if (answer !== '') answers.push({ target, handler: HANDLER.exec(answer)?.[1] });
    }
  };
  await Promise.all(Array.from({ length: 4 }, one));
  return answers;
}

/** The whole answer; empty when none came. */
function get(port: number, target: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    };
    const timer = setTimeout(end, ANSWER_WITHIN_MS);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    // A connection that fails has no answer, and that is what is told.
    socket.once('error', end).once('close', end);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}
