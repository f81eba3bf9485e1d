import { Paperclip } from "lucide";
import type { Attachment } from "@/lib/dialects/llamacloud/answers.ts";
import { sizeInWords } from "@/lib/domain/file.ts";
import { Icon } from "../../ui/icon";
import { addressOf, imageAddress } from "./attachment";

/** The images of a question small, its other files by their names. Each opens by itself, where nothing of it runs. */
export function QuestionFiles({ files }: { readonly files: readonly Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <ul className="question-files" aria-label="Attached files">
      {files.map((file) => (
        <li key={file.id ?? file.url}>
          <QuestionFileView file={file} />
        </li>
      ))}
    </ul>
  );
}

function QuestionFileView({ file }: { readonly file: Attachment }) {
  const { id, name, media_type, size, url } = file;
  const picture = id === null ? dataImage(url) : imageAddress({ id, media_type });
  if (picture !== null && id !== null) {
    return (
      <a
        className="question-picture"
        href={picture}
        target="_blank"
        rel="noreferrer"
        aria-label={`Open ${name} in a new tab`}
      >
        {/* biome-ignore lint/performance/noImgElement: Next converts no pictures here, and these are the reader's own. */}
        <img src={picture} alt={name} loading="lazy" width={72} height={72} />
      </a>
    );
  }
  if (picture !== null) {
    return (
      <span className="question-picture">
        {/* biome-ignore lint/performance/noImgElement: Next converts no pictures here, and these are the reader's own. */}
        <img src={picture} alt={name} loading="lazy" width={72} height={72} />
      </span>
    );
  }
  const words = size === null ? "" : `, ${sizeInWords(size)}`;
  const address = id === null ? webAddress(url) : addressOf(id);
  return (
    <span className="question-file">
      <Icon of={Paperclip} size={16} />
      <span>
        {address === null ? (
          <bdi>{name}</bdi>
        ) : (
          <a className="text-link" href={address} download={id === null ? undefined : name} rel="noreferrer">
            <bdi>{name}</bdi>
          </a>
        )}
        {words}
      </span>
    </span>
  );
}

/** An image that stands in an older message itself; of other hosts none is loaded, which would tell them who reads. */
const dataImage = (url = ""): string | null => (/^data:image\/(?:png|jpeg|gif|webp);base64,/u.test(url) ? url : null);

const webAddress = (url = ""): string | null => (/^https?:\/\//iu.test(url) ? url : null);
