-- Who is told of what, what is news and to whom it is still to be told, and the messages that go out.

create table recipient (
    id               integer primary key autoincrement, -- never given again: keys and links hold it
    name             text   not null unique,
    channel          text   not null,          -- mail, webhook, slack, ...
    target           text   not null,          -- an address or a URL
    secret           text,                     -- what proves that we are we
    alerts           bigint not null,          -- news is told at once
    all_sites        bigint not null,          -- 0: only those of recipient_site
    wishes           text   not null,          -- JSON of domain::recipient::Wishes
    created_at       bigint not null,
    summaries_since  bigint not null           -- what was due before is not sent any more
);

create table recipient_site (
    recipient_id bigint not null references recipient (id) on delete cascade,
    site_id      bigint not null references site (id) on delete cascade,
    primary key (recipient_id, site_id)
);

-- What happened that is to be told, written in the transaction that stores what shows it.
create table news (
    id        integer primary key autoincrement, -- never given again: keys and links hold it
    site_id   bigint not null references site (id) on delete cascade,
    outage_id bigint references outage (id) on delete cascade, -- null: it is of the site's robots.txt
    happening text   not null,                 -- of domain::news
    occasion  bigint not null,                 -- of an outage: which of its news it is; of a robots.txt: since when it fails
    at        bigint not null
);
create unique index news_of_outage on news (outage_id, occasion) where outage_id is not null;
create unique index news_of_robots on news (site_id, happening, occasion) where outage_id is null;

-- To whom it is still to be told.
create table news_waiting (
    recipient_id bigint not null references recipient (id) on delete cascade,
    news_id      bigint not null references news (id) on delete cascade,
    primary key (recipient_id, news_id)
);
create index news_waiting_by_news on news_waiting (news_id);

-- When a recipient was last told of an outage that goes on, for reminders.
create table told_outage (
    recipient_id bigint not null references recipient (id) on delete cascade,
    outage_id    bigint not null references outage (id) on delete cascade,
    at           bigint not null,
    primary key (recipient_id, outage_id)
);
create index told_outage_by_outage on told_outage (outage_id);

-- Outages of which nobody wants to hear at once.
create table outage_mute (
    outage_id bigint primary key references outage (id) on delete cascade,
    muted_at  bigint not null,
    muted_by  text   not null
);

-- The outbox.
create table message (
    id           integer primary key autoincrement, -- never given again: keys and links hold it
    key          text   not null unique,       -- the same message is never written twice
    recipient_id bigint not null references recipient (id) on delete cascade,
    kind         text   not null,              -- alert, reminder, summary, test
    subject      text   not null,
    body         text   not null,              -- JSON of notify::Message
    created_at   bigint not null,
    standing     text   not null,              -- waiting, dead, dropped, delivered
    due_at       bigint not null,              -- when it is tried next
    tries        bigint not null default 0,
    leased_until bigint,                       -- somebody is at it until then
    last_error   text,
    settled_at   bigint                        -- when it was delivered, given up or dropped
);
create index message_due on message (due_at) where standing = 'waiting';
create index message_by_age on message (created_at);
create index message_by_recipient on message (recipient_id);

-- What this installation signs its own links with.
create table signing_key (
    name  text primary key,
    value blob not null
);
