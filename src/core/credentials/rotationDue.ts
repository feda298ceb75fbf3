const DAY_MS = 24 * 60 * 60 * 1000;

/** The age of a credential, and what its policy wants of it. */
export interface RotationAge {
  /** Whole days since it was entered or last rotated. */
  readonly days: number;
  /** Whole days until it should be rotated, negative when that is over; absent when the policy says nothing. */
  readonly dueInDays?: number;
}

/** How old a credential is by `now`, in milliseconds since the epoch, and when `rotateEvery` wants another one. */
export function rotationAge(
  credential: { readonly createdAt: number; readonly rotatedAt?: number },
  rotateEveryDays: number | undefined,
  now: number,
): RotationAge {
  const since = credential.rotatedAt ?? credential.createdAt;
  const days = Math.max(0, Math.floor((now - since) / DAY_MS));
  if (rotateEveryDays === undefined) return { days };
  return { days, dueInDays: Math.ceil((since + rotateEveryDays * DAY_MS - now) / DAY_MS) };
}
