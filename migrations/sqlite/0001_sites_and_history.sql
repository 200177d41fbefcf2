-- Sites, what was seen of their URLs, and who may look at it.
--
-- Instants are milliseconds since 1970-01-01 UTC, lengths of time are milliseconds, enums are words of the domain,
-- flags are 0 or 1. Column types are BIGINT, TEXT, DOUBLE PRECISION and BLOB only, so that the same statements run on
-- another engine.


create table site (
    id            integer primary key,
    origin        text   not null unique,     -- scheme://host[:port]
    start_url     text   not null,
    settings      text   not null,            -- JSON of domain::site::Settings
    paused        bigint not null default 0,
    created_at    bigint not null,
    next_crawl_at bigint,                     -- null: only when somebody asks
    next_probe_at bigint,                     -- when its sentinels are due; null: it has none yet
    lease_owner   text,                       -- the process that crawls it now
    lease_until   bigint,                     -- when that lease ends if it is not renewed
    lease_token   bigint not null default 0   -- goes up with each new lease: a fence against those that lost it
);

create table url (
    id       integer primary key,
    site_id  bigint not null references site (id) on delete cascade,
    path     text   not null,                 -- path and query, normalised
    section  text   not null,                 -- path template, such as /product/*
    depth    bigint not null,                 -- links from the start page when it was found
    found_at bigint not null,
    noindex  bigint not null default 0,       -- the page asks not to be indexed
    canonical text,                           -- the page names another address as its own
    disallowed bigint not null default 0,     -- robots.txt keeps Googlebot out
    unique (site_id, path)
);

-- A run of observations of one URL by one observer with one outcome.
create table spell (
    id         integer primary key,
    url_id     bigint not null references url (id) on delete cascade,
    observer   text   not null,
    outcome    text   not null,               -- 502, read_timeout, soft_error, ...
    class      text   not null,               -- healthy, gone, failing
    first_seen bigint not null,
    last_seen  bigint not null,
    fetches    bigint not null
);
create index spell_by_url on spell (url_id, observer, first_seen);

create table outage (
    id                  integer primary key,
    site_id             bigint not null references site (id) on delete cascade,
    observer            text   not null,
    scope               text   not null,      -- site, section, url
    section             text,                 -- the path template when scope is section
    healthy_before      bigint,               -- null: never seen healthy before
    first_failing       bigint not null,
    last_failing        bigint not null,
    healthy_after       bigint,               -- null: not seen to be over
    unknown_ms          bigint not null,      -- time within in which nobody looked
    site_healthy_before bigint,               -- the last healthy fetch of any URL of the site before it
    ongoing             bigint not null,
    confirmed           bigint not null,      -- some URL failed more than once in a row
    url_count           bigint not null,
    outcomes            text   not null,      -- JSON: outcome to number of URLs
    wasted_fetches      bigint not null,
    wasted_ms           bigint not null
);
create index outage_by_site on outage (site_id, ongoing, last_failing);

-- What a failing fetch brought, once for all fetches that brought the same.
create table evidence (
    digest   text   primary key,              -- of what follows, without headers that change with each answer
    seen_at  bigint not null,                 -- when it was last seen, for retention
    version  text,                            -- HTTP/1.1, HTTP/2; null: no head came
    status   bigint,
    headers  text   not null,                 -- JSON: list of name and value, in order
    body     blob   not null,                 -- its first 4 KB
    detail   text                             -- what went wrong, in words
);

-- A run of failing observations of one URL: what an outage is made of.
create table episode (
    id               integer primary key,
    site_id          bigint not null references site (id) on delete cascade,
    url_id           bigint not null references url (id) on delete cascade,
    observer         text   not null,
    outage_id        bigint not null references outage (id) on delete cascade,
    healthy_before   bigint,
    first_failing    bigint not null,
    last_failing     bigint not null,
    healthy_after    bigint,                  -- null: it goes on
    unknown_ms       bigint not null,
    outcomes         text   not null,         -- JSON: outcome to number of fetches
    latest           text   not null,         -- the newest outcome
    wasted_ms        bigint not null,
    first_evidence   text references evidence (digest),
    last_evidence    text references evidence (digest),
    first_elapsed_ms bigint,                  -- how long the first failing fetch took
    last_elapsed_ms  bigint,
    recheck_step     bigint not null default 0,
    recheck_at       bigint                   -- when the URL is looked at again; null: it is over
);
create index episode_by_outage on episode (outage_id);
create index episode_by_url on episode (url_id, first_failing);
create index episode_due on episode (site_id, recheck_at) where recheck_at is not null;

create table crawl (
    id           integer primary key,
    site_id      bigint not null references site (id) on delete cascade,
    kind         text   not null,             -- scheduled, manual
    state        text   not null,             -- waiting, running, finished, stopped
    options      text   not null,             -- JSON of crawl options
    requested_at bigint not null,
    started_at   bigint,
    finished_at  bigint,
    urls         bigint not null default 0,   -- distinct URLs observed
    fetches      bigint not null default 0,
    failing      bigint not null default 0,   -- distinct URLs that failed at their last fetch in it
    bytes        bigint not null default 0,   -- over the wire
    by_outcome   text   not null default '{}',-- JSON: outcome to number of fetches
    note         text                         -- what a reader of its result must know
);
create index crawl_by_site on crawl (site_id, requested_at);

-- Fetches per hour and outcome: what charts of long spans are drawn from.
create table rollup_hour (
    site_id    bigint not null references site (id) on delete cascade,
    observer   text   not null,
    hour       bigint not null,               -- when the hour begins
    outcome    text   not null,
    fetches    bigint not null,
    elapsed_ms bigint not null,
    bytes      bigint not null,
    primary key (site_id, observer, hour, outcome)
);

-- The site's robots.txt: the newest try, and the last good copy.
create table robots_copy (
    site_id       bigint primary key references site (id) on delete cascade,
    fetched_at    bigint not null,
    outcome       text   not null,            -- of the newest try
    failing_since bigint,                     -- null: the newest try was no server error
    good_at       bigint,                     -- null: there never was a good copy
    good_body     blob
);

create table account (
    id            integer primary key,
    name          text   not null unique,
    password_hash text   not null,            -- argon2id, PHC string
    created_at    bigint not null
);

create table session (
    token_hash text   primary key,            -- blake3 of the token in the cookie
    account_id bigint not null references account (id) on delete cascade,
    created_at bigint not null,
    used_at    bigint not null
);

-- The one-time link by which the first account is made.
create table setup_link (
    token_hash text   primary key,
    created_at bigint not null
);
