import { getJob } from "@/lib/core/jobs";
import { encodeJob, julep, pathId } from "@/lib/dialects/julep";
import { endpoint, routes } from "@/lib/http/endpoint";
import { json } from "@/lib/http/json";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(julep, {
  GET: endpoint({
    surface: julep,
    async handle({ scope, params }) {
      return json(encodeJob(await getJob(scope, pathId(params.jobId, "job_id"))));
    },
  }),
});
