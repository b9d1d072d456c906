//! File systems for one test, which it fills and makes read-only: in a mount namespace, so that they are not visible
//! elsewhere, and leave nothing behind.

use std::{
    env,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Set where the test runs in its namespace.
const INSIDE: &str = "GUANXI_TEST_MOUNTS";

/// Whether the test runs in its own namespace; otherwise runs `test` again in one. If the system allows none, prints that, and fails if
/// the environment requires all tests.
pub(crate) fn inside(test: &str) -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    let Some(unshare) = namespace() else {
        let sentence = format!("{test} needs `unshare` and `mount` to have file systems of its own; it was not run");
        assert!(env::var("CI").as_deref() != Ok("true"), "{sentence}");
        eprintln!("{sentence}");
        return false;
    };
    let ran = Command::new("unshare")
        .arg(unshare)
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads", "1"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, errors) = (text(&ran.stdout), text(&ran.stderr));
    assert!(ran.status.success() && out.contains("1 passed"), "{out}\n{errors}");
    println!("{out}");
    false
}

/// The arguments for a mount namespace: that of a user, or of the system administrator.
fn namespace() -> Option<&'static str> {
    let folder = tempfile::tempdir().unwrap();
    let tried = |arguments: &&str| {
        let mounted = Command::new("unshare")
            .arg(arguments)
            .args(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs"])
            .arg(folder.path())
            .output();
        mounted.is_ok_and(|mounted| mounted.status.success())
    };
    ["-rm", "-m"].into_iter().find(tried)
}

/// A small file system in memory.
pub(crate) struct Tmpfs {
    dir: PathBuf,
}

impl Tmpfs {
    /// A file system of this many KiB in this folder, which is created.
    pub(crate) fn mount(dir: &Path, kib: usize) -> Self {
        fs::create_dir_all(dir).unwrap();
        let size = format!("size={kib}k");
        succeeds(
            Command::new("mount")
                .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
                .arg(dir),
        );
        Self { dir: dir.to_owned() }
    }

    /// Fills the remaining space. Concurrent writers may get some of it.
    pub(crate) fn fill(&self) {
        const TRIES: usize = 4_096;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.filler())
            .unwrap();
        for size in [1 << 20, 1 << 16, 1 << 12, 1] {
            let bytes = vec![7; size];
            // Other writers may free some repeatedly.
            for _ in 0..TRIES {
                if file.write_all(&bytes).is_err() {
                    break;
                }
            }
        }
    }

    /// Frees the space again.
    pub(crate) fn free(&self) {
        // There may be none.
        let _ = fs::remove_file(self.filler());
    }

    fn filler(&self) -> PathBuf {
        self.dir.join("filler")
    }

    /// Makes it read-only; no file may be open for writing.
    pub(crate) fn make_read_only(&self) {
        succeeds(Command::new("mount").args(["-o", "remount,ro"]).arg(&self.dir));
    }

    /// Makes it writable again.
    pub(crate) fn make_writable(&self) {
        succeeds(Command::new("mount").args(["-o", "remount,rw"]).arg(&self.dir));
    }
}

fn succeeds(command: &mut Command) {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
}
