import { z } from "zod";
import type { Index } from "../../core/indexes.ts";

/** Ours: the companion routes of the contract, section 8. */
export const CreateIndexBody = z.object({
  name: z
    .string()
    .max(255)
    .refine((text) => text.trim() !== "", {
      error: "Value error, name must not be blank",
      params: { type: "value_error" },
    }),
  description: z.string().max(4000).nullish(),
});

export const encodeIndex = (index: Index) => ({
  id: index.id,
  name: index.name,
  description: index.description,
  project_id: index.projectId,
  created_at: index.createdAt.toISOString(),
  updated_at: index.updatedAt.toISOString(),
});
