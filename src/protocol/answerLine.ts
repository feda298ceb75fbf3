/**
 * A good answer to one request, as the gateway writes it: the number first, the answer last. So the proxy knows where the
 * answer begins and ends, and hands it on as it came: it may be long, and to parse and write it again would cost more than
 * all else that the proxy does.
 */
const HEAD = /^\{"id":(\d{1,15}),"answer":(?=\{)/;

export function writeAnswerLine(id: number, answerJson: string): string {
  return `{"id":${id},"answer":${answerJson}}`;
}

/** The number and the answer's JSON text; undefined for any other line. */
export function readAnswerLine(line: string): { readonly id: number; readonly json: string } | undefined {
  const head = HEAD.exec(line);
  return head?.[1] === undefined ? undefined : { id: Number(head[1]), json: line.slice(head[0].length, -1) };
}
