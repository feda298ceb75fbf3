const WORDS =
  /^(?=[a-z])(?:pass|passw[o0]rd|passwort|secret|token|test(?:ing)?|admin|administrator|root|user|guest|demo|public|letmein|welcome|hello|iloveyou|monkey|dragon|master|login|abc|default|production|development|staging|internal|local|localhost)*(?:qwert[yz]\w*(?!\w))?[\d!@#$._-]*$/i;

/** Whether a value is what people choose first: words and numbers that are in every answer, and that everybody tries. */
export function isEveryday(text: string): boolean {
  return WORDS.test(text) || /^\d{1,4}$/.test(text);
}
