//! A replica whose clock is wrong, or is set in the middle of a mailing: it does nothing by that clock, and says so.
//!
//! The clock on the wall is bent in one process by a library of the test's own that lies before the C library's: what is tried is the
//! program that is shipped.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tokio::time::sleep;

use super::fleet::Fleet;

const LETTERS: u32 = 150;
const HOUR: i64 = 3600;
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Adds the seconds that stand in a file to whatever the clock on the wall says.
const BENT: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *t) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, t);
    const char *path = getenv("KIT_CLOCK");
    if (result == 0 && id == CLOCK_REALTIME && path) {
        char by[32] = {0};
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file >= 0) {
            if (read(file, by, sizeof by - 1) > 0) t->tv_sec += atol(by);
            close(file);
        }
    }
    return result;
}
"#;

/// A fleet whose replicas' clocks can be bent.
async fn bendable(letters: u32) -> Fleet {
    let mut fleet = Fleet::about_to_send(letters).await;
    let (source, library): (PathBuf, PathBuf) = (fleet.place("bent.c"), fleet.place("bent.so"));
    std::fs::write(&source, BENT).unwrap();
    // Whoever builds Rust has a C compiler: it links.
    let made =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
    assert!(made.unwrap().success());
    fleet.bends_clocks_by(library);
    fleet
}

/// Waits for the word of the one replica that its clock is off by more than half an hour; for two beats of it.
async fn says_that_its_clock_is_wrong(fleet: &Fleet) {
    for _ in 0..2 {
        let said = "select count(*) from replica where abs(skew_ms) > 1800000";
        let waits = async {
            while fleet.number(said).await == 0 {
                sleep(LOOK_EVERY).await;
            }
        };
        fleet.within_patience(waits).await;
        fleet.execute("update replica set skew_ms = 0").await;
    }
}

#[tokio::test]
async fn a_replica_an_hour_off_sends_nothing_until_it_is_right() {
    for off in [HOUR, -HOUR] {
        let mut fleet = bendable(LETTERS).await;
        fleet.bend(1, off);
        fleet.start();
        says_that_its_clock_is_wrong(&fleet).await;
        assert_eq!(fleet.relay.mails().len(), 0, "{off} s off, and it sends");
        assert_eq!(fleet.number("select count(*) from notice where barrier_at is not null").await, 0);
        fleet.bend(1, 0);
        fleet.all_done().await;
        let reckoning = fleet.reckon().await;
        assert_eq!((reckoning.accepted, reckoning.too_many), (usize::try_from(LETTERS).unwrap(), 0));
    }
}

#[tokio::test]
async fn a_clock_that_is_set_in_the_middle_of_a_mailing_dates_no_letter() {
    for off in [HOUR, -HOUR] {
        let letters = 1_000;
        let mut fleet = bendable(letters).await;
        let began = fleet.number("select extract(epoch from clock_timestamp())::bigint").await;
        fleet.start();
        fleet.under_way_with(100).await;
        fleet.bend(1, off);
        says_that_its_clock_is_wrong(&fleet).await;
        fleet.bend(1, 0);
        fleet.all_done().await;
        let reckoning = fleet.reckon().await;
        assert_eq!((reckoning.accepted, reckoning.too_many), (usize::try_from(letters).unwrap(), 0));
        let wrong = format!(
            "select count(*) from delivery where accepted_at not between to_timestamp({began} - 1) and clock_timestamp() + interval '1 second'"
        );
        assert_eq!(fleet.number(&wrong).await, 0, "{off} s off: letters are dated by it");
    }
}
