-- Which version of a page was read last, so that an unchanged one costs a 304 and no parsing; crawls that wait for a site
-- to recover; and the way through a site's URLs in the order in which they were found.

alter table url add column etag          text;    -- of the version that was read; null: it states none
alter table url add column last_modified text;    -- the same
alter table url add column body_hash     bigint;  -- of the body that was read; null: no links were read from it
alter table url add column read_scope    bigint;  -- hash of the rules and limits under which its links were taken in
alter table url add column nofollow      bigint not null default 0; -- the link that led to it asked not to be followed

create index url_by_site on url (site_id);        -- with the row's id behind it

alter table crawl add column resume_at bigint;                   -- when a paused crawl is tried again; null: not paused
alter table crawl add column may_hurry bigint not null default 1; -- it is tried at once when what failed is well again
alter table crawl add column pauses    bigint not null default 0; -- how often in a row it was tried in vain
