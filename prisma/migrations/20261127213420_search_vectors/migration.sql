-- By hand: a piece is found by its words and, where a language is written without spaces, by its pairs of characters.
-- Contracts: 0.1.0
-- The column and its index keep their names, and answer what code of before asks of them.

-- Marks within names become spaces, so that each part of a name is a word. Of a run that has no spaces there is each pair of
-- neighbouring characters, and its last one alone, at the places where they stand. Nothing of it is looked for by a path of
-- schemas, so that a dump can be restored. "offset 0" has the text made once; ASCII has no such runs.
CREATE FUNCTION "searchVector"(content text, headings text[]) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  select case when octet_length(said) = length(said) or said !~ '[\u0e01-\u0e3e\u0e40-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002fa1f]'
    then to_tsvector('pg_catalog.simple', said)
    else to_tsvector('pg_catalog.simple', regexp_replace(said, '[\u0e01-\u0e3e\u0e40-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002fa1f]+', ' ', 'g')) || (
      select string_agg(quote_literal(pair) || ':' || least(place, 16383), ' ')::tsvector from (
        select coalesce(one || lead(one) over (partition by run order by at), one) as pair,
          row_number() over (order by run, at) as place
        from regexp_matches(said, '[\u0e01-\u0e3e\u0e40-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002fa1f]+', 'g') with ordinality runs(found, run),
          string_to_table(found[1], null) with ordinality characters(one, at)
      ) pairs
    ) end
  from (select replace(replace(replace(replace(replace(replace(replace(concat_ws(' ', array_to_string(headings, ' '), content), '.', ' '), '/', ' '), '\', ' '), '_', ' '), '-', ' '), ':', ' '), '@', ' ') as said offset 0) x
$$;

DROP INDEX "DocChunk_search_idx";
ALTER TABLE "DocChunk" DROP COLUMN "search";
ALTER TABLE "DocChunk" ADD COLUMN "search" tsvector GENERATED ALWAYS AS ("searchVector"("content", "headings")) STORED;
CREATE INDEX "DocChunk_search_idx" ON "DocChunk" USING GIN ("search");
