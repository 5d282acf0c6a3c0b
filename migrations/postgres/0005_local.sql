create table machines (
    secret_hash bytea primary key not null,
    person_id text not null references people (id) on delete cascade,
    linked_at bigint not null
);
create index machines_person_id on machines (person_id);
