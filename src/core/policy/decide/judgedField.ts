import type { JsonArray, JsonObject, JsonValue } from '../../request/parts/jsonText.ts';

/** A field's value as a condition sees it. A query and a form hold texts alone. */
export type JudgedValue = { readonly kind: 'text'; readonly text: string } | Exclude<JsonValue, JsonArray | JsonObject>;

/** What a request has at a field. `unclear`: two servers may read two things, or nothing can be read. */
export type JudgedField = JudgedValue | 'absent' | 'container' | 'unclear';
