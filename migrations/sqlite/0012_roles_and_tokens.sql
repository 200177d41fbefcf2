-- What an account may do, and the tokens by which programs ask.
alter table account add column role text not null default 'admin'; -- admin, viewer

create table api_token (
    id         integer primary key,
    name       text   not null unique,
    token_hash text   not null unique,       -- blake3 of the token
    role       text   not null,              -- admin, viewer
    created_at bigint not null,
    expires_at bigint,                       -- null: never
    used_at    bigint                        -- to the minute; null: never
);
