//! One test, two stores.

/// Makes of each function that takes a [`Backend`](crate::support::database::Backend) a test on SQLite and one on
/// PostgreSQL.
#[macro_export]
macro_rules! on_both_stores {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::support::database::Backend::Sqlite).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::support::database::Backend::Postgres).await;
            })*
        }
    };
}
