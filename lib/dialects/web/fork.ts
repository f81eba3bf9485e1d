import type { Fork } from "../../domain/branch.ts";

/** A position of the line that is shown at which others go another way. */
export const encodeFork = ({ position, messageId, shown, count, alternatives }: Fork) => ({
  position,
  message_id: messageId,
  shown,
  count,
  alternatives: alternatives.map((alternative) => ({
    number: alternative.number,
    branch_id: alternative.branchId,
    message_id: alternative.messageId,
    created_at: alternative.createdAt.toISOString(),
  })),
});
export type ForkView = ReturnType<typeof encodeFork>;
