-- AlterTable
ALTER TABLE "Tool" ADD COLUMN     "openToStrangers" BOOLEAN NOT NULL DEFAULT false;

ALTER TABLE "Tool" ADD CONSTRAINT "Tool_openToStrangers_check" CHECK (NOT "openToStrangers" OR "type" <> 'system');

-- Types and specs in our own words.
UPDATE "Tool" SET "type" = 'api-call', "spec" = json_build_object(
  'method', "spec"->'method',
  'url', "spec"->'url',
  'headers', "spec"->'headers',
  'cookies', "spec"->'cookies',
  'query', "spec"->'params',
  'bytes', "spec"->'content',
  'form', "spec"->'data',
  'json', "spec"->'json',
  'files', "spec"->'files',
  'secrets', "spec"->'secrets',
  'followRedirects', "spec"->'follow_redirects',
  'timeoutSeconds', "spec"->'timeout',
  'parameters', "spec"->'params_schema',
  'schema', "spec"->'schema',
  'givesBody', coalesce("spec"->'include_response_content', 'true'::json))
WHERE "type" = 'api_call';

UPDATE "Tool" SET "spec" = json_build_object(
  'resource', "spec"->'resource',
  'subresource', "spec"->'subresource',
  'operation', replace("spec"->>'operation', '_', '-'),
  'resourceId', "spec"->'resource_id',
  'arguments', "spec"->'arguments')
WHERE "type" = 'system';

UPDATE "Tool" SET "type" = 'computer', "spec" = json_build_object(
  'widthPx', "spec"->'display_width_px',
  'heightPx', "spec"->'display_height_px',
  'displayNumber', "spec"->'display_number')
WHERE "type" = 'computer_20241022';

UPDATE "Tool" SET "type" = 'text-editor', "spec" = NULL WHERE "type" = 'text_editor_20241022';
UPDATE "Tool" SET "type" = 'shell', "spec" = NULL WHERE "type" = 'bash_20241022';
