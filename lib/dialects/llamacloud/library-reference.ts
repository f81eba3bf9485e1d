import type { Operation } from "../reference.ts";
import * as library from "./library.ts";
import {
  Directory,
  DirectoryFile,
  DirectoryFilePage,
  DirectoryPage,
  FoundFiles,
  Index,
  IndexPage,
  LibraryFile,
  Matches,
  ReadText,
  Retrieved,
} from "./library-answers.ts";
import { ScopeQuery } from "./schema.ts";

const index = { 200: { description: "The index", json: Index } };
const directory = { 200: { description: "The directory", json: Directory } };
const document = { 200: { description: "The document", json: DirectoryFile } };
const deleted = { 204: { description: "It is deleted" } };
const directoryAt = "/api/v1/beta/directories/{directory_id}";
const upload = (field: string) =>
  `The body is a form (multipart/form-data) with the file under \`${field}\`, of 50 MB at the most. It is read as it comes.`;

const INDEXES: readonly Operation[] = [
  {
    id: "llamacloudListIndexes",
    method: "GET",
    path: "/api/v1/indexes",
    summary: "List indexes, the latest first",
    query: library.IndexListQuery,
    answers: { 200: { description: "A page of the project's indexes", json: IndexPage } },
    errors: ["not-found", "bad-request"],
  },
  {
    id: "llamacloudCreateIndex",
    method: "POST",
    path: "/api/v1/indexes",
    summary: "Create an index that sessions can be bound to",
    description: "With source_directory_id it is that directory, and is called otherwise where name is given.",
    query: ScopeQuery,
    body: library.IndexCreateBody,
    example: { name: "House rules" },
    answers: index,
    errors: ["not-found", "conflict"],
  },
  {
    id: "llamacloudGetIndex",
    method: "GET",
    path: "/api/v1/indexes/{index_id}",
    summary: "Read an index",
    query: ScopeQuery,
    answers: index,
  },
  {
    id: "llamacloudDeleteIndex",
    method: "DELETE",
    path: "/api/v1/indexes/{index_id}",
    summary: "Delete an index with its documents",
    query: ScopeQuery,
    answers: deleted,
  },
  {
    id: "llamacloudSyncIndex",
    method: "POST",
    path: "/api/v1/indexes/{index_id}/sync",
    summary: "Have the documents read again that could not be read",
    description: "Documents are read when they come: nothing has to be synchronised.",
    query: ScopeQuery,
    answers: index,
  },
];

const DIRECTORIES: readonly Operation[] = [
  {
    id: "llamacloudListDirectories",
    method: "GET",
    path: "/api/v1/beta/directories",
    summary: "List directories, the latest first",
    query: library.PageQuery,
    answers: { 200: { description: "A page of the project's directories", json: DirectoryPage } },
    errors: ["not-found", "bad-request"],
  },
  {
    id: "llamacloudCreateDirectory",
    method: "POST",
    path: "/api/v1/beta/directories",
    summary: "Create a directory, which is an index too",
    query: ScopeQuery,
    body: library.DirectoryBody,
    example: { name: "House rules" },
    answers: directory,
    errors: ["not-found", "conflict"],
  },
  {
    id: "llamacloudGetDirectory",
    method: "GET",
    path: directoryAt,
    summary: "Read a directory",
    query: ScopeQuery,
    answers: directory,
  },
  {
    id: "llamacloudDeleteDirectory",
    method: "DELETE",
    path: directoryAt,
    summary: "Delete a directory with its documents",
    query: ScopeQuery,
    answers: deleted,
  },
  {
    id: "llamacloudListDirectoryFiles",
    method: "GET",
    path: `${directoryAt}/files`,
    summary: "List the documents of a directory, the latest first",
    query: library.PageQuery,
    answers: { 200: { description: "A page of its documents", json: DirectoryFilePage } },
    errors: ["not-found", "bad-request"],
  },
  {
    id: "llamacloudAddDirectoryFile",
    method: "POST",
    path: `${directoryAt}/files`,
    summary: "Make a document of a file that was uploaded",
    query: ScopeQuery,
    body: library.AddFileBody,
    example: { file_id: "$FILE" },
    answers: document,
    errors: ["not-found", "rate-limited"],
  },
  {
    id: "llamacloudUploadDirectoryFile",
    method: "POST",
    path: `${directoryAt}/files/upload`,
    summary: "Upload a document",
    description: `${upload("upload_file")} Other fields: display_name, metadata.`,
    query: ScopeQuery,
    answers: document,
    errors: ["bad-request", "too-large", "rate-limited", "invalid"],
  },
  {
    id: "llamacloudGetDirectoryFile",
    method: "GET",
    path: `${directoryAt}/files/{doc_id}`,
    summary: "Read how far a document is",
    query: ScopeQuery,
    answers: document,
  },
  {
    id: "llamacloudDeleteDirectoryFile",
    method: "DELETE",
    path: `${directoryAt}/files/{doc_id}`,
    summary: "Delete a document",
    query: ScopeQuery,
    answers: deleted,
  },
];

const file = { 200: { description: "The file", json: LibraryFile } };
const FILES: readonly Operation[] = [
  {
    id: "llamacloudUploadFile",
    method: "POST",
    path: "/api/v1/beta/files",
    summary: "Upload a file that a document is to be made of",
    description: `${upload("file")} The field purpose changes nothing. It is kept for an hour, and as long as a document is made of it.`,
    query: ScopeQuery,
    answers: file,
    errors: ["bad-request", "too-large", "rate-limited", "invalid"],
  },
  {
    id: "llamacloudGetFile",
    method: "GET",
    path: "/api/v1/beta/files/{file_id}",
    summary: "Read what a file is called",
    query: ScopeQuery,
    answers: file,
  },
  {
    id: "llamacloudDeleteFile",
    method: "DELETE",
    path: "/api/v1/beta/files/{file_id}",
    summary: "Give a file up",
    description: "Documents that are made of it keep it.",
    query: ScopeQuery,
    answers: deleted,
  },
];

const ATTACHMENTS: readonly Operation[] = [
  {
    id: "llamacloudGetAttachment",
    method: "GET",
    path: "/api/v1/beta/attachments/{attachment_name}",
    summary: "Draw a page of a PDF",
    description:
      "attachment_name is as an event or a passage has told it, such as screenshots/page_7.jpg. The answer is a JPEG of at most 256 KB. A page that cannot be drawn is a 404 that says why, and so is each where the server has nothing installed that draws.",
    query: library.AttachmentQuery,
    answers: {
      200: { description: "The picture", text: "image/jpeg" },
      304: { description: "Nothing: the picture is still the one that If-None-Match names" },
    },
    errors: ["not-found", "rate-limited"],
  },
];

const at = "/api/v1/retrieval";
const example = { index_id: "$INDEX" };
const RETRIEVAL: readonly Operation[] = [
  {
    id: "llamacloudRetrieve",
    method: "POST",
    path: `${at}/retrieve`,
    summary: "Find the passages of an index that say most to a question",
    query: ScopeQuery,
    body: library.RetrieveBody,
    example: { ...example, query: "How long is the guarantee?" },
    answers: { 200: { description: "Passages, best first", json: Retrieved } },
    errors: ["not-found", "bad-request", "rate-limited"],
  },
  {
    id: "llamacloudFindFiles",
    method: "POST",
    path: `${at}/files/find`,
    summary: "Find documents of an index by name",
    query: ScopeQuery,
    body: library.FindBody,
    example: { ...example, file_name_contains: "rules" },
    answers: { 200: { description: "A page of documents, by name", json: FoundFiles } },
    errors: ["not-found", "bad-request"],
  },
  {
    id: "llamacloudGrepFile",
    method: "POST",
    path: `${at}/files/grep`,
    summary: "Find a regular expression in the lines of a document",
    description:
      "It is looked for in one pass: look-arounds and back references are refused. An account has eight such searches at once.",
    query: ScopeQuery,
    body: library.GrepBody,
    example: { ...example, file_id: "$DOC", pattern: "guarantee|warranty" },
    answers: { 200: { description: "A page of places, in order", json: Matches } },
    errors: ["not-found", "bad-request", "rate-limited"],
  },
  {
    id: "llamacloudReadFile",
    method: "POST",
    path: `${at}/files/read`,
    summary: "Read the text of a document",
    query: ScopeQuery,
    body: library.ReadBody,
    example: { ...example, file_id: "$DOC" },
    answers: { 200: { description: "Its text from an offset on", json: ReadText } },
    errors: ["not-found"],
  },
];

/** Indexes, directories, files and retrieval. */
export const LIBRARY_OPERATIONS: readonly Operation[] = [
  ...INDEXES,
  ...DIRECTORIES,
  ...FILES,
  ...ATTACHMENTS,
  ...RETRIEVAL,
];
