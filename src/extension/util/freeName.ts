/** Names of services, servers and credentials have 63 characters at most; a number may come behind. */
const MAX_LENGTH = 60;

/** The name itself, or with the first number behind it that makes it free. */
export function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  const base = wanted.slice(0, MAX_LENGTH);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!isTaken(name)) return name;
  }
}
