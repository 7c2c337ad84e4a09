-- What is known, of every address, and of every fetch of it. One file a shard; copied beside
-- others into one store they are read together. All values are JSON, numbers or text: a ledger is
-- data, never code.

create table if not exists runs (
    id integer primary key,
    started text not null,
    finished text,                 -- null: killed or still running, resumed by the next crawl
    plan text not null
);

create table if not exists hosts (
    host text primary key,
    domain text not null,
    delay real,                    -- seconds between requests, by the rules and by robots.txt
    crawl_delay real,
    lane text,                     -- TLS settings that worked
    stopped text,                  -- why the host was left alone, null while it is not
    refused integer not null default 0,
    requests integer not null default 0,
    bytes integer not null default 0
);

create table if not exists robots (
    origin text primary key,       -- scheme, host and port
    status text not null,          -- HTTP status, or the error's code
    text text not null,
    at text not null               -- kept for a day
);

create table if not exists urls (
    id integer primary key,
    key text not null unique,      -- one name for all addresses of a document
    url text not null,
    host text not null,
    site text not null,            -- the site of the list that it belongs to
    kind text not null,
    state integer not null,        -- 0 waiting or under way, 2 done
    run integer not null,          -- the last run that wanted it
    priority integer not null,
    depth integer not null,
    parent integer,                -- the page that it was found on
    via integer,                   -- the address that redirected here
    hops integer not null default 0,
    words text not null default '',
    year integer,
    agency text not null default '',
    why text not null default '',
    ask text,
    context text not null default '{}',
    tries integer not null default 0,
    outcome text,
    note text,
    sha256 text,                   -- the bytes that came last
    etag text,
    modified text,
    checked text,                  -- when it was last known to be as it is
    document integer not null default 0  -- whether a report is to be read from it
);
create index if not exists urls_waiting on urls (host, priority, id) where state = 0;
create index if not exists urls_bytes on urls (sha256);

create table if not exists fetches (
    id integer primary key,
    url_id integer not null,
    run integer not null,
    url text not null,
    at text not null,
    seconds real,
    status integer,
    headers text,                  -- those kept
    location text,
    sha256 text,
    bytes integer,
    sniffed text,
    declared text,
    charset text,
    tls text,
    unverified text,
    referer text,
    anchor text,
    list_page text,
    robots text,
    outcome text not null,
    note text
);
create index if not exists fetches_url on fetches (url_id);

create table if not exists lists (
    url text primary key,          -- of the first page
    site text not null,
    family text not null,
    title text not null default '',
    pages integer,                 -- declared
    rows integer,                  -- declared
    run integer not null
);

create table if not exists list_pages (
    list text not null,
    number integer not null,
    run integer not null,
    url text not null,
    rows integer,                  -- given
    reports integer not null default 0,
    fresh integer not null default 0,
    foreign_rows integer not null default 0,
    trouble text not null default '',
    primary key (list, number)
);

create table if not exists versions (
    url_id integer not null,
    number integer not null,
    sha256 text not null,
    first_at text not null,
    primary key (url_id, number)
);

create table if not exists documents (
    sha256 text primary key,
    bytes integer not null,
    media_type text not null,
    first_at text not null
);

create table if not exists results (
    sha256 text not null,
    extractor text not null,       -- version of the program
    at text not null,
    status text,
    agency text,
    year integer,
    error text,
    tables integer not null,       -- how many of the form's three tables were found
    result text not null,          -- the report or the error, as the JSON contract has it
    primary key (sha256, extractor)
);
