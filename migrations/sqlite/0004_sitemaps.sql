-- The sitemaps of each site, and what is wrong with them; and episodes by their site, for shares over time.

-- One row for each sitemap that robots.txt or another sitemap names, or that stands at the usual place.
create table sitemap (
    id            integer primary key,
    site_id       bigint not null references site (id) on delete cascade,
    url           text   not null,            -- it may be on another host
    listed_by     text,                       -- the sitemap index that names it; null: robots.txt, or nobody
    outcome       text   not null,            -- of the newest look
    fault         text,                       -- failed, missing, html, too_large, unreadable; null: it is good
    detail        text,                       -- the fault in words
    failing_since bigint,                     -- the first look since the last good one; null: it is good
    looked_at     bigint not null,
    good_at       bigint,                     -- null: never seen good
    urls          bigint not null,            -- how many URLs it listed when that was last known
    unique (site_id, url)
);

create index episode_by_site on episode (site_id, first_failing);
