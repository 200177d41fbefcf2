-- What a person asked of a crawl that is not over.
alter table crawl add column intervention text; -- stop, pause; null: nothing, or to go on
