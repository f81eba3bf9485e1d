-- AlterTable
ALTER TABLE "Agent" ADD COLUMN     "extraSettings" JSON;

-- Settings of agents in our own words. What they cannot say is kept beside them, in the words that it came in.
UPDATE "Agent" a SET
  "settings" = coalesce(c.said, '{}'),
  "extraSettings" = CASE WHEN c.said IS NULL THEN coalesce(c.extra, '{}') ELSE c.extra END
FROM (
  SELECT o."id",
    json_object_agg(k.name, v.value ORDER BY w.n) FILTER (WHERE v.value IS NOT NULL) AS said,
    json_object_agg(w.key, w.value ORDER BY w.n) FILTER (WHERE v.value IS NULL AND w.key IS NOT NULL) AS extra
  FROM "Agent" o
  LEFT JOIN LATERAL json_each(CASE json_typeof(o."settings") WHEN 'object' THEN o."settings" END)
    WITH ORDINALITY w(key, value, n) ON true
  LEFT JOIN (VALUES
    ('model', 'model', 'name'),
    ('temperature', 'temperature', 'number'),
    ('top_p', 'topP', 'number'),
    ('max_tokens', 'maxTokens', 'number'),
    ('stop', 'stop', 'texts'),
    ('seed', 'seed', 'number'),
    ('frequency_penalty', 'frequencyPenalty', 'number'),
    ('presence_penalty', 'presencePenalty', 'number'),
    ('logit_bias', 'logitBias', 'numbers'),
    ('response_format', 'responseFormat', 'format')
  ) k(key, name, kind) ON k.key = w.key
  LEFT JOIN LATERAL (SELECT CASE k.kind || ' ' || json_typeof(w.value)
    WHEN 'name string' THEN CASE WHEN w.value::text <> '""' THEN w.value END
    WHEN 'number number' THEN w.value
    WHEN 'texts array' THEN (
      SELECT CASE WHEN coalesce(bool_and(json_typeof(i.value) = 'string'), true) THEN w.value END
      FROM json_array_elements(w.value) i(value))
    WHEN 'numbers object' THEN (
      SELECT CASE WHEN coalesce(bool_and(json_typeof(i.value) = 'number'), true) THEN w.value END
      FROM json_each(w.value) i)
    WHEN 'format object' THEN CASE coalesce(w.value->>'type', 'text')
      WHEN 'text' THEN '{"type":"text"}'::json
      WHEN 'json_object' THEN '{"type":"json_object"}'::json
      WHEN 'json_schema' THEN CASE WHEN json_typeof(w.value->'json_schema') = 'object' THEN
        CASE WHEN json_typeof(w.value->'json_schema'->'schema') = 'object' THEN
          json_build_object('type', 'json_schema', 'schema', w.value->'json_schema'->'schema', 'beside', (
            SELECT coalesce(json_object_agg(i.key, i.value) FILTER (WHERE i.key <> 'schema'), '{}')
            FROM json_each(w.value->'json_schema') i))
        ELSE json_build_object('type', 'json_schema', 'schema', w.value->'json_schema') END
      END
    END
  END AS value) v ON true
  WHERE json_typeof(o."settings") = 'object'
  GROUP BY o."id"
) c WHERE c."id" = a."id";

UPDATE "Agent" SET "settings" = NULL WHERE json_typeof("settings") <> 'object';

-- Recall options in our own words. They came with a value for each of their keys, and what does not fit was never used.
UPDATE "Session" s SET "recallOptions" = CASE jsonb_typeof(s."recallOptions") WHEN 'object' THEN (
  SELECT coalesce(jsonb_object_agg(k.name, w.value), '{}')
  FROM jsonb_each(s."recallOptions") w
  JOIN (VALUES
    ('mode', 'mode', ARRAY['string']),
    ('limit', 'limit', ARRAY['number']),
    ('lang', 'lang', ARRAY['string']),
    ('metadata_filter', 'metadataFilter', ARRAY['object']),
    ('num_search_messages', 'numSearchMessages', ARRAY['number']),
    ('max_query_length', 'maxQueryLength', ARRAY['number']),
    ('include_embeddings', 'includeEmbeddings', ARRAY['boolean']),
    ('confidence', 'confidence', ARRAY['number']),
    ('mmr_strength', 'mmrStrength', ARRAY['number']),
    ('alpha', 'alpha', ARRAY['number']),
    ('trigram_similarity_threshold', 'trigramSimilarityThreshold', ARRAY['number', 'null']),
    ('k_multiplier', 'kMultiplier', ARRAY['number'])
  ) k(key, name, types) ON k.key = w.key AND jsonb_typeof(w.value) = ANY (k.types)
  WHERE w.key <> 'mode' OR w.value IN ('"text"', '"vector"', '"hybrid"')
) END
WHERE "recallOptions" IS NOT NULL;
