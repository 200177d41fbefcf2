-- At which rate the site was asked, and what came of it: whether our own crawl is what makes a site fail.

create table load_step (
    site_id    bigint not null references site (id) on delete cascade,
    hour       bigint not null,               -- when the hour begins
    step       bigint not null,               -- of domain::load: a range of requests a second
    is_control bigint not null,               -- a slow look at a URL that had failed
    outcome    text   not null,
    fetches    bigint not null,
    primary key (site_id, hour, step, is_control, outcome)
);
