-- How long an outage lasted before each fetch was a lottery: one that persisted then is not said to be intermittent.

alter table outage add column solid_ms bigint not null default 0;
