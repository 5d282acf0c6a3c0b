create table imports (
    origin bytea primary key not null,
    status text not null,
    refresh_sealed bytea,
    tokens_at bigint not null,
    created_at bigint not null
);
create index imports_created_at on imports (created_at);
