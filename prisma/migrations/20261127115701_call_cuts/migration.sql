-- By hand: the schema stays. Calls that the end of their turn cut off are known by a code, where they were known by words.
UPDATE "Message" m SET "parts" = json_build_array(json_build_object(
  'type', 'tool-result',
  'callId', p.part->'callId',
  'name', p.part->'name',
  'output', p.part->'output',
  'isError', true,
  'cut', CASE p.part->'output'->>'error' WHEN 'cancelled' THEN 'cancelled' ELSE 'interrupted' END,
  'durationMs', coalesce(p.part->'durationMs', '0')))
FROM (
  SELECT t."id", t."parts"->0 AS part FROM "Message" t
  WHERE t."role" = 'tool' AND t."source" = 'tool_response' AND t."parts"->1 IS NULL
) p
WHERE p."id" = m."id" AND p.part->>'type' = 'tool-result' AND p.part->>'isError' = 'true' AND p.part->>'cut' IS NULL
  AND p.part->'output'->>'error' IN (
    'cancelled', 'interrupted', 'interrupted: it may have run, and is not run twice', 'The server restarts');
