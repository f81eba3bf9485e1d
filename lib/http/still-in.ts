const ASKED_AGAIN_MS = 15_000;

/**
 * Whether who takes a long answer may have more of it, asked before each piece: `isStillIn` is asked anew once its last
 * answer is 15 s old. Where nobody can tell, as while a database starts anew, it is asked with a later piece.
 */
export function mayHaveMore(isStillIn: (() => Promise<boolean>) | undefined): () => Promise<boolean> {
  let askedAt = Date.now();
  return async () => {
    if (!isStillIn || Date.now() - askedAt < ASKED_AGAIN_MS) return true;
    askedAt = Date.now();
    return isStillIn().catch(() => true);
  };
}
