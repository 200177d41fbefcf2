//! The rows of a database whatever its schema, how sample rows get into it, and what of them is there later.
//!
//! Test code. It knows no table by name but those that the database fills by itself.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};

use super::Database;

/// Tables that triggers fill.
const DERIVED: [&str; 2] = ["site_tally", "looked_day"];

/// A column that a migration takes away or changes on purpose: the migration, the table, the column (`*`: whole rows go), and why.
pub(super) type OnPurpose = (i64, &'static str, &'static str, &'static str);

/// A row: each value as a statement would write it, by its column.
type Named = BTreeMap<String, String>;

/// All rows of all tables.
pub(super) struct Rows(BTreeMap<String, Vec<Named>>);

/// A column as `pragma table_info` tells of it.
struct Column {
    name: String,
    kind: String,
    needs_a_value: bool,
}

impl Rows {
    pub(super) async fn of(db: &mut SqliteConnection) -> Self {
        let mut rows = BTreeMap::new();
        for table in tables(db, "main").await {
            let names: Vec<String> =
                columns(db, "main", &table).await.into_iter().map(|column| column.name).collect();
            let quoted: Vec<String> = names.iter().map(|name| format!("quote({name})")).collect();
            let select = AssertSqlSafe(format!("select {} from {table}", quoted.join(", ")));
            let found = sqlx::query(select).fetch_all(&mut *db).await.unwrap();
            let told = |row: &SqliteRow| {
                names.iter().cloned().enumerate().map(|(at, name)| (name, row.get(at))).collect()
            };
            rows.insert(table, found.iter().map(told).collect());
        }
        Self(rows)
    }

    /// The rows of a table; none: it is not there, or empty.
    pub(super) fn of_table(&self, table: &str) -> &[Named] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    /// The tables that have no row.
    pub(super) fn empty_tables(&self) -> Vec<&str> {
        self.0.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table.as_str()).collect()
    }

    fn columns_of(&self, table: &str) -> BTreeSet<&str> {
        self.of_table(table).iter().flat_map(|row| row.keys().map(String::as_str)).collect()
    }

    /// The rows of a table by these columns only.
    fn by(&self, table: &str, columns: &BTreeSet<&str>) -> BTreeSet<String> {
        let told = |row: &Named| {
            columns.iter().map(|name| format!("{name}={}", row[*name])).collect::<Vec<_>>().join(" ")
        };
        self.of_table(table).iter().map(told).collect()
    }
}

/// What is not there any more though no migration after `from` takes it away on purpose, told for people.
pub(super) fn lost(before: &Rows, after: &Rows, from: i64, on_purpose: &[OnPurpose]) -> Vec<String> {
    let is_named = |table: &str, column: &str| {
        on_purpose.iter().any(|(by, of, which, _)| *by > from && *of == table && *which == column)
    };
    let mut lost = Vec::new();
    for table in before.0.keys().filter(|table| !is_named(table, "*")) {
        let (old, new) = (before.of_table(table).len(), after.of_table(table).len());
        if old != new {
            lost.push(format!("{table}: {new} rows of {old}"));
        }
        if new == 0 {
            continue;
        }
        let (old, new) = (before.columns_of(table), after.columns_of(table));
        let gone = old.difference(&new).filter(|column| !is_named(table, column));
        lost.extend(gone.map(|column| format!("{table}.{column}: it is gone")));
        let shared = old.intersection(&new).copied().filter(|column| !is_named(table, column)).collect();
        let (old, new) = (before.by(table, &shared), after.by(table, &shared));
        lost.extend(old.difference(&new).map(|row| format!("{table}: {row}")));
    }
    lost
}

/// Puts the rows of a recorded installation into every table of a database, as far as it has their columns; a table that the
/// installation does not know gets a row that is made up.
pub(super) async fn fill(database: &Database, dump: &str) {
    let sample = Database::recorded(dump).await;
    let mut db = database.connect().await;
    let attach = AssertSqlSafe(format!("attach '{}' as sample", sample.file().display()));
    sqlx::query(attach).execute(&mut db).await.unwrap();
    let (known, own) = (tables(&mut db, "sample").await, tables(&mut db, "main").await);
    // In the order in which they were made, so that triggers find the rows that they count in.
    for table in own.iter().filter(|table| !DERIVED.contains(&table.as_str())) {
        if known.contains(table) {
            copy(&mut db, table).await;
        } else {
            make_up(&mut db, table).await;
        }
    }
    let nowhere = words(&mut db, "select * from pragma_foreign_key_check").await;
    assert_eq!(nowhere, Vec::<String>::new(), "sample rows that point nowhere");
    db.close().await.unwrap();
}

async fn copy(db: &mut SqliteConnection, table: &str) {
    let known: Vec<String> =
        columns(db, "sample", table).await.into_iter().map(|column| column.name).collect();
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in columns(db, "main", table).await {
        let is_known = known.contains(&column.name);
        if is_known || column.needs_a_value {
            values.push(if is_known { column.name.clone() } else { made_up(&column) });
            names.push(column.name);
        }
    }
    let (names, values) = (names.join(", "), values.join(", "));
    let insert = format!("insert into main.{table} ({names}) select {values} from sample.{table}");
    let copied = sqlx::query(AssertSqlSafe(insert)).execute(db).await;
    copied.unwrap_or_else(|error| panic!("record an installation whose rows of {table} fit: {error}"));
}

/// One row with something in each column: what a key points to where there is one, else a value of its type.
async fn make_up(db: &mut SqliteConnection, table: &str) {
    let list =
        format!("select \"from\", \"table\", coalesce(\"to\", 'id') from pragma_foreign_key_list('{table}')");
    let keys: Vec<(String, String, String)> =
        sqlx::query_as(AssertSqlSafe(list)).fetch_all(&mut *db).await.unwrap();
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in columns(db, "main", table).await {
        let parent = keys.iter().find(|(from, _, _)| *from == column.name);
        let first =
            |(_, parent, to): &(String, String, String)| format!("(select {to} from {parent} limit 1)");
        values.push(parent.map_or_else(|| made_up(&column), first));
        names.push(column.name);
    }
    let insert = format!("insert into {table} ({}) values ({})", names.join(", "), values.join(", "));
    let made = sqlx::query(AssertSqlSafe(insert)).execute(db).await;
    made.unwrap_or_else(|error| panic!("record an installation that has rows of {table}: {error}"));
}

fn made_up(column: &Column) -> String {
    match column.kind.to_lowercase().as_str() {
        "text" => format!("'{}'", column.name),
        "blob" => "x'676174656372'".to_owned(),
        _ => "1".to_owned(),
    }
}

/// The tables of the program's own, in the order in which they were made.
async fn tables(db: &mut SqliteConnection, schema: &str) -> Vec<String> {
    let list = format!(
        "select name from {schema}.sqlite_master
         where type = 'table' and name not like 'sqlite_%' and name not like '_sqlx_%' order by rowid"
    );
    sqlx::query_scalar(AssertSqlSafe(list)).fetch_all(db).await.unwrap()
}

async fn columns(db: &mut SqliteConnection, schema: &str, table: &str) -> Vec<Column> {
    let list = format!(
        "select name, type, \"notnull\" = 1 and dflt_value is null and pk = 0
         from pragma_table_info('{table}', '{schema}')"
    );
    let rows: Vec<(String, String, bool)> = sqlx::query_as(AssertSqlSafe(list)).fetch_all(db).await.unwrap();
    rows.into_iter().map(|(name, kind, needs_a_value)| Column { name, kind, needs_a_value }).collect()
}

/// What a statement answers, by its first column.
pub(super) async fn words(db: &mut SqliteConnection, statement: &'static str) -> Vec<String> {
    let rows = sqlx::query(statement).fetch_all(db).await.unwrap();
    let word =
        |row: &SqliteRow| row.try_get::<i64, _>(0).map_or_else(|_| row.get(0), |number| number.to_string());
    rows.iter().map(word).collect()
}
