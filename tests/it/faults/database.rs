//! The database restarted, cut off, failed over and full in the middle of a mailing.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use super::fleet::Fleet;
use super::reckoning::Reckoning;
use crate::support::cluster::{self, Cluster, Stop};
use crate::support::forwarder::Forwarder;
use crate::support::{left_out, postgres};

const LETTERS: u32 = 800;
/// Letters before the first fault, and between two.
const BETWEEN: u64 = 120;

/// The faults are over: what they left leased goes to another replica, and every letter finds its end.
async fn mend(mut fleet: Fleet) -> Reckoning {
    fleet.quiet().await;
    fleet.drain().await;
    fleet.start();
    fleet.all_done().await;
    let reckoning = fleet.reckon().await;
    assert_eq!(reckoning.accepted, usize::try_from(LETTERS).unwrap());
    reckoning
}

async fn two_replicas_on(direct: &str, served: &str) -> Fleet {
    let mut fleet = Fleet::on(direct, served, LETTERS).await;
    fleet.start();
    fleet.start();
    fleet
}

#[tokio::test]
async fn a_server_restarted_under_load_loses_no_letter() {
    let cluster = Cluster::start().await;
    let url = postgres::migrated(&cluster.url("postgres"), "mailing").await;
    let fleet = two_replicas_on(&url, &url).await;
    for (nth, how) in (1..).zip([Stop::Fast, Stop::Immediate, Stop::Immediate, Stop::Fast]) {
        fleet.under_way_with(nth * BETWEEN).await;
        cluster.stop(how).await;
        cluster.again().await;
    }
    mend(fleet).await;
}

#[tokio::test]
async fn connections_cut_at_random_lose_no_letter() {
    let cluster = Cluster::start().await;
    let url = postgres::migrated(&cluster.url("postgres"), "mailing").await;
    let fleet = two_replicas_on(&url, &url).await;
    for nth in 1..=6 {
        fleet.under_way_with(nth * 100).await;
        // Whatever they are in the middle of.
        fleet
            .number(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity
                 where application_name = 'forenotice' and pid <> pg_backend_pid() and random() < 0.7",
            )
            .await;
    }
    mend(fleet).await;
}

#[tokio::test]
async fn a_primary_lost_and_its_standby_promoted_lose_no_letter() {
    let primary = Cluster::start().await;
    let (front, url) = {
        let front = Forwarder::start(primary.port()).await;
        postgres::migrated(&primary.url("postgres"), "mailing").await;
        let url = format!("postgres://postgres@127.0.0.1:{}/mailing", front.port);
        (front, url)
    };
    let standby = primary.standby().await;
    superuser(&primary, "alter system set synchronous_standby_names = '*'").await;
    superuser(&primary, "select pg_reload_conf()").await;
    let fleet = two_replicas_on(&url, &url).await;
    let synchronous = "select count(*) from pg_stat_replication where sync_state = 'sync'";
    assert_eq!(fleet.number(synchronous).await, 1);

    fleet.under_way_with(2 * BETWEEN).await;
    let acknowledged = fleet.results().await;
    primary.stop(Stop::Immediate).await;
    standby.promote().await;
    front.switch(standby.port());
    let after = fleet.results().await;
    for (before, after) in acknowledged.iter().zip(&after).filter(|(before, _)| before.state == "accepted") {
        assert_eq!((before.id, before.accepted_at), (after.id, after.accepted_at));
    }
    mend(fleet).await;
}

async fn superuser(cluster: &Cluster, sql: &str) {
    let mut conn = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
    conn.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    conn.close().await.unwrap();
}

/// `PgBouncer` before a cluster: each client has a server connection as long as it stays.
struct Pooler {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Pooler {
    fn before(cluster: &Cluster) -> Self {
        let folder = cluster::private_folder();
        let port = cluster::free_port();
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = session\ndefault_pool_size = 60\n\
             ignore_startup_parameters = extra_float_digits,options\n",
            cluster.port()
        );
        std::fs::write(folder.path().join("pgbouncer.ini"), settings).unwrap();
        cluster::lend(folder.path());
        let child = Self::run(folder.path());
        Self { child, port, folder }
    }

    fn run(folder: &Path) -> Child {
        let mut command = std::process::Command::new(PGBOUNCER);
        command.arg(folder.join("pgbouncer.ini")).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        cluster::as_server(&mut command);
        Command::from(command).kill_on_drop(true).spawn().unwrap()
    }

    /// Killed, and started anew a moment later.
    async fn restart(&mut self) {
        self.child.kill().await.unwrap();
        sleep(Duration::from_millis(500)).await;
        self.child = Self::run(self.folder.path());
    }
}

/// Where Debian and its kin put it.
const PGBOUNCER: &str = "/usr/sbin/pgbouncer";

#[tokio::test]
async fn a_pooler_killed_in_between_loses_no_letter() {
    if !Path::new(PGBOUNCER).exists() {
        left_out(&format!("there is no {PGBOUNCER}; script/bootstrap installs it where it may"));
        return;
    }
    let cluster = Cluster::start().await;
    let direct = postgres::migrated(&cluster.url("postgres"), "mailing").await;
    let mut pooler = Pooler::before(&cluster);
    let served = format!("postgres://postgres@127.0.0.1:{}/mailing", pooler.port);
    let fleet = two_replicas_on(&direct, &served).await;
    for nth in 1..=3 {
        fleet.under_way_with(nth * BETWEEN).await;
        pooler.restart().await;
    }
    mend(fleet).await;
}

/// A file system in memory, which only root can make.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn of(megabytes: u32) -> Option<Self> {
        let folder = cluster::private_folder();
        let made = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m,mode=0700"), "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        made.is_ok_and(|status| status.success()).then(|| Self(folder))
    }

    /// Fills what is left to the last byte.
    fn fill(&self) {
        let mut filler = std::fs::File::create(self.filler()).unwrap();
        let block = vec![1_u8; 64 * 1024];
        while std::io::Write::write_all(&mut filler, &block).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> std::path::PathBuf {
        self.0.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_loses_no_letter() {
    let Some(disk) = SmallDisk::of(160) else {
        left_out("only root can make a small file system, and a container that may mount");
        return;
    };
    let place = disk.0.path().to_owned();
    let cluster = Cluster::start_in(place, None, &["--wal-segsize=1"]).await;
    let url = postgres::migrated(&cluster.url("postgres"), "mailing").await;
    let fleet = two_replicas_on(&url, &url).await;
    let mut refusals = 0;
    for nth in 1..=2 {
        fleet.under_way_with(nth * BETWEEN).await;
        disk.fill();
        let refused = async {
            while cluster.said("No space left on device") <= refusals {
                sleep(Duration::from_millis(20)).await;
            }
        };
        fleet.within_patience(refused).await;
        sleep(Duration::from_secs(2)).await;
        disk.make_room();
        refusals = cluster.said("No space left on device");
        // Without room for its log the server gives up.
        if !cluster.runs().await {
            cluster.again().await;
        }
    }
    mend(fleet).await;
    drop(cluster);
}
