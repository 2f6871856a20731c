//! SQL: where it lives, and that time reaches it as a parameter.

use crate::source::{Fault, House, line_of};

/// Leases, heartbeats and skew are between machines, so they use the database's clock, and only they: file, function.
const BY_THE_DATABASES_CLOCK: &[(&str, &str)] = &[
    ("src/store/notice.rs", "cancel_of"),
    ("src/store/delivery/lease.rs", "lease_due"),
    ("src/store/delivery/lease.rs", "renew"),
    ("src/store/replica.rs", "database_clock"),
    ("src/store/replica.rs", "beat"),
    ("src/store/replica.rs", "others"),
    ("src/store/replica.rs", "letters_per_minute"),
    ("src/store/replica.rs", "living_roles"),
    ("src/store/replica.rs", "remove_silent"),
    ("src/store/door.rs", "open_read_to"),
    ("src/store/door.rs", "beat"),
    ("src/store/door.rs", "fence_silent"),
    ("src/store/door.rs", "database_clock"),
    ("src/store/due.rs", "any_leased"),
];

const BUSINESS_TIME: [&str; 8] = [
    "now()",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtimestamp",
    "transaction_timestamp()",
    "statement_timestamp()",
    "timeofday()",
];

/// What begins a statement, as written in this house.
const STATEMENTS: [&str; 9] = [
    "select ",
    "insert into ",
    "update ",
    "delete from ",
    "with ",
    "create table ",
    "alter table ",
    "drop ",
    "truncate ",
];

const WRITES: [&str; 7] =
    ["insert into", "update", "delete from", "merge into", "for share", "nextval", "pg_notify"];

pub fn no_now(house: &House) -> Vec<Fault> {
    in_sql(house, |_, sql| {
        BUSINESS_TIME
            .iter()
            .filter_map(|word| {
                find_word(sql, word)
                    .map(|at| (at, format!("`{word}` in SQL; pass the instant as a parameter (`tx.now()`)")))
            })
            .collect()
    })
}

pub fn database_clock(house: &House) -> Vec<Fault> {
    in_sql(house, |function, sql| {
        let allowed = BY_THE_DATABASES_CLOCK.contains(&function);
        let at = find_word(sql, "clock_timestamp()").filter(|_| !allowed);
        at.map(|at| (at, format!(
            "`clock_timestamp()` in `{}`; business instants are parameters, and leases and beats have a line in BY_THE_DATABASES_CLOCK",
            function.1
        ))).into_iter().collect()
    })
}

/// `select * from unnest(…) as t(a, b)` names its columns where it stands.
pub fn no_star(house: &House) -> Vec<Fault> {
    in_sql(house, |_, sql| {
        let stars = sql.match_indices(" *").map(|(at, _)| at).filter(|at| {
            let unnamed = ["select", "returning"].iter().any(|word| sql[..*at].ends_with(word));
            unnamed && !sql[at + 2..].trim_start().starts_with("from unnest(")
        });
        let says = "`*`; name the columns, so that a new one changes nothing";
        stars.map(|at| (at, says.to_owned())).collect()
    })
}

pub fn in_store(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in &house.sources {
        if source.path.starts_with("src/store") || !source.path.starts_with("src/") {
            continue;
        }
        for (line, string) in &source.strings {
            if looks_like_sql(string) {
                faults.push(Fault {
                    path: source.path.clone(),
                    line: *line,
                    says: "SQL outside src/store; make it a function there, with a name".to_owned(),
                });
            }
        }
        for word in ["sqlx::query", "sqlx::query_as", "sqlx::query_scalar", "sqlx::raw_sql"] {
            faults.extend(source.words(word).map(|at| {
                source.fault(at, format!("`{word}` outside src/store; make it a function there, with a name"))
            }));
        }
    }
    faults
}

/// What a page reads with one statement is in no transaction that Postgres keeps read-only.
pub fn pages_only_read(house: &House) -> Vec<Fault> {
    let in_pages = |path: &str| path == "src/store/page.rs" || path.starts_with("src/store/page/");
    let mut faults = in_sql(house, |_, sql| {
        let found = WRITES.iter().filter_map(|word| Some((find_word(sql, word)?, *word)));
        found.map(|(at, word)| (at, format!("`{word}` in what a page reads; an action writes"))).collect()
    });
    faults.retain(|fault| in_pages(&fault.path));
    faults
}

fn looks_like_sql(string: &str) -> bool {
    let text = string.trim_start();
    STATEMENTS.iter().any(|statement| text.starts_with(statement))
        && [" from ", " set ", " values", "("].iter().any(|part| text.contains(part))
        && !text.ends_with('.')
}

/// Asks about every statement: the file and function it stands in, and its text. An answer is an offset and a sentence.
fn in_sql(house: &House, ask: impl Fn((&str, &str), &str) -> Vec<(usize, String)>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut tell = |path: &str, first_line: usize, function: &str, sql: &str| {
        for (at, says) in ask((path, function), sql) {
            faults.push(Fault { path: path.to_owned(), line: first_line + line_of(sql, at) - 1, says });
        }
    };
    for source in house.sources.iter().filter(|source| source.path.starts_with("src/store")) {
        for (line, string) in &source.strings {
            tell(&source.path, *line, source.function_at(*line).unwrap_or("(none)"), string);
        }
    }
    for (path, text) in &house.files {
        if path.rsplit('.').next() == Some("sql") {
            tell(path, 1, "(none)", &without_comments(text));
        }
    }
    faults
}

/// The same text with its `-- …` blanked.
fn without_comments(sql: &str) -> String {
    let blank = |line: &str| match line.split_once("--") {
        Some((code, _)) => code.to_owned(),
        None => line.to_owned(),
    };
    sql.lines().map(blank).collect::<Vec<_>>().join("\n")
}

fn find_word(sql: &str, word: &str) -> Option<usize> {
    sql.match_indices(word).map(|(at, _)| at).find(|at| {
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_.".contains(c));
        !part(sql[..*at].chars().next_back()) && !part(sql[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(rule: impl Fn(&House) -> Vec<Fault>, path: &str, text: &str) -> usize {
        rule(&House::with(path, text)).len()
    }

    #[test]
    fn business_time_in_sql_is_found_in_code_and_in_migrations() {
        assert_eq!(broken(no_now, "src/store/a.rs", "fn f() { query(\"select 1 where at < now()\") }"), 1);
        assert_eq!(
            broken(
                no_now,
                "migrations/0001_a.sql",
                "create table a (at timestamptz default current_timestamp);"
            ),
            1
        );
        assert_eq!(broken(no_now, "migrations/0001_a.sql", "-- not now()\nselect a.now();"), 0);
        assert_eq!(broken(no_now, "src/store/a.rs", "fn f() { let now = tx.now(); }"), 0);
    }

    #[test]
    fn the_databases_clock_is_found_where_it_has_no_line() {
        let text = "fn lease_due() { query(\"update batch set leased_until = clock_timestamp()\") }";
        assert_eq!(broken(database_clock, "src/store/delivery/lease.rs", text), 0);
        assert_eq!(broken(database_clock, "src/store/change.rs", text), 1);
        assert_eq!(
            broken(database_clock, "src/store/delivery/lease.rs", &text.replace("lease_due", "other")),
            1
        );
        assert_eq!(broken(database_clock, "migrations/0001_a.sql", "select clock_timestamp();"), 1);
    }

    #[test]
    fn an_unnamed_column_is_found_with_its_line() {
        let faults = no_star(&House::with(
            "src/store/a.rs",
            "fn f() {\n    query(\"with a as (\n        select * from b)\")\n}",
        ));
        assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [3]);
        assert_eq!(broken(no_star, "src/store/a.rs", "fn f() { query(\"select count(*) from a\") }"), 0);
    }

    #[test]
    fn what_a_page_writes_is_found() {
        let text = "fn f() { query(\"select id from change for update\") }";
        assert_eq!(broken(pages_only_read, "src/store/page/a.rs", text), 1);
        assert_eq!(broken(pages_only_read, "src/store/change.rs", text), 0);
        assert_eq!(broken(pages_only_read, "src/store/page/a.sql", "select id, updated from a"), 0);
        assert_eq!(broken(pages_only_read, "src/store/page/a.sql", "with b as (\nupdate a set b = 1)"), 1);
    }

    #[test]
    fn sql_on_another_floor_is_found() {
        assert_eq!(
            broken(in_store, "src/web/a.rs", "fn f() { \"select id from change where state = $1\"; }"),
            1
        );
        assert_eq!(broken(in_store, "src/daemon.rs", "fn f() { sqlx::query(X) }"), 1);
        assert_eq!(broken(in_store, "src/cli/a.rs", "fn f() { \"select the customers to import\"; }"), 0);
        assert_eq!(broken(in_store, "src/store/a.rs", "fn f() { \"select id from change\"; }"), 0);
    }
}
