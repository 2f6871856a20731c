//! A clock on the wall that is bent in one process and those it starts, by a library that lies before the C library's: what is tried is the
//! program that is shipped.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable that names the file with the seconds.
pub const CLOCK: &str = "KIT_CLOCK";

/// Adds the seconds that stand in a file to whatever the clock on the wall says.
const BENT: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long off(void) {
    const char *path = getenv("KIT_CLOCK");
    char by[32] = {0};
    if (!path) return 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    if (read(file, by, sizeof by - 1) < 0) by[0] = 0;
    close(file);
    return atol(by);
}
int clock_gettime(clockid_t id, struct timespec *t) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, t);
    if (result == 0 && id == CLOCK_REALTIME) t->tv_sec += off();
    return result;
}
int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    static int (*real)(struct timeval *, void *);
    if (!real) real = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(t, zone);
    if (result == 0) t->tv_sec += off();
    return result;
}
"#;

/// The library, made in that folder.
pub fn build_in(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("bent.c"), folder.join("bent.so"));
    std::fs::write(&source, BENT).unwrap();
    // Whoever builds Rust has a C compiler: it links.
    let made =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
    assert!(made.unwrap().success());
    library
}

/// Whoever's clock this file is, is off by so many seconds from now on.
pub fn bend(clock: &Path, seconds: i64) {
    let new = clock.with_extension("new");
    std::fs::write(&new, seconds.to_string()).unwrap();
    std::fs::rename(&new, clock).unwrap();
}
