import { Redactor } from '../../core/redact/redactor.ts';
import { SignatureReader } from '../../core/redact/signatureReader.ts';
import { Secret } from '../../core/secret.ts';
import { serveJobs } from '../../policyWorker/serveJobs.ts';
import { buildAnswer } from '../answer/answer.ts';
import { Decompressor, TooLargeError } from '../answer/decode.ts';
import { CLEANING_ROLE, type CleaningJobs, type Known } from './cleaningJobs.ts';
import { lookAtOffer } from './lookAtTools.ts';
import { toolResultText } from './toolResult.ts';

function cleaningJobs(): CleaningJobs {
  const decompressor = new Decompressor();
  let last: { readonly redactor: Redactor; readonly signatures: SignatureReader } | undefined;
  /** What looks for credentials takes a while to make, and is told of changes alone. */
  const redactorOf = ({ values, signatures: table }: Known): Redactor => {
    if (!last) {
      const signatures = new SignatureReader(table);
      last = { redactor: new Redactor([], signatures), signatures };
    }
    last.signatures.table = table; // another one where there are more of them
    last.redactor.know(values.map(({ name, value }) => ({ name, value: new Secret(value) })));
    return last.redactor;
  };
  return {
    async answer(incoming, order, known) {
      try {
        const body = Buffer.from(incoming.body); // a Buffer arrives as a plain array of bytes
        const built = await buildAnswer({ ...incoming, body }, order, redactorOf(known), decompressor);
        return { built: JSON.stringify(built) };
      } catch (error) {
        if (error instanceof TooLargeError) return { tooLarge: error.what };
        throw error;
      }
    },
    json: (text, known) => JSON.stringify(redactorOf(known).json(JSON.parse(text)).value),
    namesIn: (text, known) => redactorOf(known).namesIn(JSON.parse(text)),
    toolResult: (text, known) => toolResultText(text, redactorOf(known)),
    tools: (offered, known) => {
      const { tools, leftOut } = lookAtOffer(offered, redactorOf(known));
      return { tools: tools.map((tool) => JSON.stringify(tool)), leftOut };
    },
  };
}

/** True in a thread that {@link Cleaner} started; it then serves jobs and the caller must do nothing else. */
export function serveCleaning(): boolean {
  return serveJobs(CLEANING_ROLE, cleaningJobs());
}
