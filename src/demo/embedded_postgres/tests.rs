use super::*;

fn options() -> Options {
    Options { binaries: None, durability: Durability::None, lifetime: Lifetime::Owner }
}

async fn answers(url: &str) -> bool {
    sqlx::PgConnection::connect(url).await.is_ok()
}

#[tokio::test]
async fn the_server_answers_on_loopback_and_socket_and_leaves_nothing_behind() {
    let server = Postgres::start(&options(), &Entropy::os()).await.unwrap();
    let (url, socket_url, directory) =
        (server.url("postgres"), server.socket_url("postgres"), server.directory.clone());
    assert!(answers(&url).await);
    assert!(answers(&socket_url).await);

    server.stop().await.unwrap();

    assert!(!answers(&url).await);
    assert!(!directory.exists());
}

#[tokio::test]
async fn the_password_is_asked_for_on_loopback() {
    let server = Postgres::start(&options(), &Entropy::os()).await.unwrap();
    assert!(!answers(&url("wrong", server.port, "postgres")).await);
}

#[tokio::test]
async fn a_failed_start_says_what_the_program_said_and_leaves_nothing_behind() {
    let programs = tempfile::tempdir().unwrap();
    for (name, script) in [
        ("postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 15.1'"),
        ("initdb", "#!/bin/sh\necho no room left >&2; exit 1"),
    ] {
        let path = programs.path().join(name);
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    std::fs::set_permissions(programs.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();

    let broken = Options { binaries: Some(programs.path().to_owned()), ..options() };
    let error = Postgres::start(&broken, &Entropy::os()).await.unwrap_err();

    assert!(matches!(&error, Error::Failed { words, .. } if words == "no room left"), "{error}");
}
