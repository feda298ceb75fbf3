const ALPHABET = 'q8Zr2XkWv7Lp4TmNc9YbHs6Jd3Gf5RtVa1BxKe0UwCoMiPzDnEgSyQhAjFlIuOT';

/** A text that looks generated, built here so that no key-shaped literal stands in the repository. */
export function randomText(length: number, seed = 7): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return ALPHABET[Math.floor((state / 2 ** 31) * ALPHABET.length)];
  }).join('');
}
