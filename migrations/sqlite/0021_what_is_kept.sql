-- What is kept for how long, and how large it is.

-- Old evidence is found, and who refers to it.
create index evidence_by_age on evidence (seen_at);
create index episode_by_first_evidence on episode (first_evidence) where first_evidence is not null;
create index episode_by_last_evidence on episode (last_evidence) where last_evidence is not null;

-- How much of each kind of data there was when it was last counted: counting reads the whole file.
create table storage_measure (
    kind        text   primary key,           -- of store::retention
    row_count   bigint not null,
    bytes       bigint not null,
    measured_at bigint not null
);

-- One row that is written to find out whether there is room again.
create table recording_check (
    id         bigint primary key,
    checked_at bigint not null,
    ballast    blob   not null
);
