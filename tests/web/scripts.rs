//! The scripts of this folder, run by Node with their packages installed, and the browser that one of them needs. A
//! missing requirement is reported as a sentence; the caller decides whether to skip or fail the test.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

/// The scripts of this folder.
pub(super) static WEB: Package = Package::new(
    "web",
    &[
        ".npmrc",
        "audits.mjs",
        "clients.mjs",
        "graphiql.mjs",
        "package-lock.json",
        "package.json",
    ],
);
/// Those for clients with a cache.
pub(super) static CLIENTS: Package = Package::new(
    "clients",
    &[
        ".npmrc",
        "apollo.mjs",
        "codegen.mjs",
        "config.mjs",
        "documents.mjs",
        "faults.mjs",
        "genql.mjs",
        "package-lock.json",
        "package.json",
        "reference.mjs",
        "relay.mjs",
        "scenario.mjs",
        "shared.mjs",
        "urql.mjs",
    ],
);
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Scripts with the packages they need: a folder below `tests`, and the files in it.
pub(super) struct Package {
    name: &'static str,
    files: &'static [&'static str],
    /// The folder with the scripts and their packages, or why there is none. The first test that needs them installs them.
    installed: OnceLock<Result<PathBuf, String>>,
}

impl Package {
    const fn new(name: &'static str, files: &'static [&'static str]) -> Self {
        Self {
            name,
            files,
            installed: OnceLock::new(),
        }
    }

    /// Runs one of the scripts to its end.
    pub(super) fn run(&self, script: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Output, String> {
        let folder = self.installed.get_or_init(|| self.install());
        let folder = folder.as_ref().map_err(Clone::clone)?;
        Command::new("node")
            // Otherwise clients print no warnings.
            .args(["--conditions=development", script])
            .args(arguments)
            .envs(variables.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("Node.js cannot be run ({error})."))
    }

    /// Installs into a copy below the target directory, so that the sources may be read-only.
    fn install(&self) -> Result<PathBuf, String> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(self.name);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.name);
        fs::create_dir_all(&folder).unwrap();
        // Waits for another run of the tests that may be installing.
        let lock = File::create(folder.join(".lock")).unwrap();
        lock.lock().unwrap();
        for name in self.files {
            fs::write(folder.join(name), fs::read(sources.join(name)).unwrap()).unwrap();
        }
        let packages = ["package.json", "package-lock.json"].map(|name| fs::read_to_string(folder.join(name)).unwrap());
        let packages = packages.concat();
        // Inside, because npm begins by removing the folder: an incomplete installation has no stamp.
        let stamp = folder.join("node_modules/.stamp");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == packages) {
            return Ok(folder);
        }
        let output = Command::new(NPM)
            .args(["ci", "--no-audit", "--no-fund", "--include=dev"])
            .current_dir(&folder)
            .env_remove("NODE_ENV")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("npm, which comes with Node.js, cannot be run ({error})."))?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
            return Err(format!("npm cannot install the packages of the tests: {stderr}"));
        }
        fs::write(stamp, packages).unwrap();
        Ok(folder)
    }
}

/// The browser that `CHROMIUM` names, otherwise the first one on the path.
pub(super) fn browser() -> Result<String, String> {
    if let Ok(named) = env::var("CHROMIUM") {
        return match Path::new(&named).is_file() {
            true => Ok(named),
            false => Err(format!("CHROMIUM names {named}, which is no file.")),
        };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    BROWSERS
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
        .map(|file| file.to_string_lossy().into_owned())
        .ok_or_else(|| "No Chromium is installed; on Debian, apt-get install chromium.".to_owned())
}
