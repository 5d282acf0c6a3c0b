create table imports (
    origin blob primary key not null,
    status text not null,
    refresh_sealed blob,
    tokens_at bigint not null,
    created_at bigint not null
);
create index imports_created_at on imports (created_at);
