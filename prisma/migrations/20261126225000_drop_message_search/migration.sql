-- Nothing searches messages yet, and the index cost a third of the time of each commit. Search brings its own.
DROP INDEX "Message_search_idx";
