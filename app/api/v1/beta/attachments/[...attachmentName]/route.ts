import { getPagePicture } from "@/lib/core/knowledge/page-pictures";
import { library, llamacloud, projectOf } from "@/lib/dialects/llamacloud";
import { notFound } from "@/lib/domain/errors";
import { pageOfPicture } from "@/lib/domain/page-picture";
import { fileResponse } from "@/lib/http/download";
import { endpoint, routes } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = routes(llamacloud, {
  GET: endpoint({
    surface: llamacloud,
    query: library.AttachmentQuery,
    async handle({ scope, query, params, request }) {
      await projectOf(scope, query);
      // A client may write the name as one segment.
      const name = (params.attachmentName ?? "").replaceAll(/%2f/giu, "/");
      const page = pageOfPicture(name);
      if (page === null) throw notFound("attachment", name);
      const { jpeg, hash } = await getPagePicture(scope, query.source_id, page, request.signal);
      const file = { id: hash, name: `page_${page}.jpg`, mediaType: "image/jpeg", size: jpeg.length, hash };
      return fileResponse(request, file, async function* ({ from, upto }) {
        yield jpeg.subarray(from, upto);
      });
    },
  }),
});
