//! Embeds the web pages into the program, building them with npm when their sources changed. A machine that cannot build
//! them gets a warning and a program without pages, never a failed build.
//!
//! npm runs on a copy below `OUT_DIR`: the sources may be read-only, cargo's watched files stay untouched, and a
//! `node_modules` that a developer works with is left alone.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, process};

use fnv::FnvHasher;

const FILES: &[&str] = &[
    ".npmrc",
    "index.html",
    "package-lock.json",
    "package.json",
    "tsconfig.json",
    "vite.config.ts",
];
const FOLDERS: &[&str] = &["general", "public", "queries", "src"];
const STAMP: &str = ".stamp";
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Why there are no pages, and when to try again.
struct Missing {
    why: String,
    retry: Retry,
}

enum Retry {
    /// When a watched file changes.
    Change,
    /// When a program appears on the path.
    Install,
    /// With the next build: the cause may be the network.
    Always,
}

impl From<io::Error> for Missing {
    fn from(error: io::Error) -> Self {
        Self {
            why: error.to_string(),
            retry: Retry::Always,
        }
    }
}

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let web = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR")).join("web");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=GUANXI_WEB");

    let pages = out.join("pages");
    let skipped = env::var_os("GUANXI_WEB").is_some_and(|value| value == "skip");
    let provided = if skipped {
        Ok(false)
    } else {
        provide(&web, &out, &pages).map(|()| true)
    };
    let has_pages = provided.unwrap_or_else(|missing| {
        warn(&missing, &out);
        false
    });
    let table = if has_pages {
        table(&pages)
    } else {
        Ok(String::from("static ASSETS: &[Asset] = &[];\n"))
    };
    if let Err(error) = table.and_then(|table| fs::write(out.join("assets.rs"), table)) {
        println!(
            "cargo::error=The table of the web pages cannot be written to {}: {error}",
            out.display()
        );
        process::exit(1);
    }
}

fn warn(missing: &Missing, out: &Path) {
    let why = missing.why.replace(['\n', '\r'], " ");
    println!(
        "cargo::warning=The server is built without its web pages: {why} Everything else works. To get the pages, fix \
         this and build again; to do without them on purpose, set GUANXI_WEB=skip."
    );
    match missing.retry {
        Retry::Change => {}
        Retry::Install => {
            println!("cargo::rerun-if-env-changed=PATH");
            // Installing a program changes the folder that it is put into.
            for folder in env::split_paths(&env::var_os("PATH").unwrap_or_default()).filter(|path| path.is_dir()) {
                println!("cargo::rerun-if-changed={}", folder.display());
            }
        }
        // A file that never exists counts as changed each time.
        Retry::Always => println!("cargo::rerun-if-changed={}", out.join("never").display()),
    }
}

/// Fills `pages` from `web/dist`, which is brought up to date first.
fn provide(web: &Path, out: &Path, pages: &Path) -> Result<(), Missing> {
    let sources = sources(web)?;
    let mut hash = FnvHasher::default();
    for path in &sources {
        hash.write(path.to_string_lossy().replace('\\', "/").as_bytes());
        hash.write(&[0]);
        let content = fs::read(web.join(path))?;
        hash.write(&content.len().to_le_bytes());
        hash.write(&content);
    }
    let stamp = format!("{:016x}", hash.finish());

    let dist = web.join("dist");
    // Two cargo runs share dist: the second waits and uses the result. A read-only folder is not shared.
    let lock = lock(&dist).ok();
    if fs::read_to_string(dist.join(STAMP)).is_ok_and(|current| current == stamp) {
        return Ok(replace(&dist, pages)?);
    }
    let built = build(web, out, &sources)?;
    replace(&built, pages)?;
    if lock.is_some() {
        publish(&built, &dist, &stamp)?;
    }
    Ok(())
}

/// The sources of the pages, as paths below `web`, sorted by name. Registers them with cargo.
fn sources(web: &Path) -> Result<Vec<PathBuf>, Missing> {
    let absent = |name: &str| Missing {
        why: format!("web/{name} is missing from these sources."),
        retry: Retry::Change,
    };
    let mut sources = Vec::new();
    for name in FILES {
        if !web.join(name).is_file() {
            return Err(absent(name));
        }
        println!("cargo::rerun-if-changed=web/{name}");
        sources.push(PathBuf::from(name));
    }
    for name in FOLDERS {
        if !web.join(name).is_dir() {
            return Err(absent(name));
        }
        println!("cargo::rerun-if-changed=web/{name}");
        files_below(web, Path::new(name), &mut sources)?;
    }
    sources.sort();
    Ok(sources)
}

fn lock(dist: &Path) -> io::Result<File> {
    fs::create_dir_all(dist)?;
    let file = File::create(dist.join(".lock"))?;
    file.lock()?;
    Ok(file)
}

/// Runs npm on a copy of the sources and returns the folder with the result.
fn build(web: &Path, out: &Path, sources: &[PathBuf]) -> Result<PathBuf, Missing> {
    check_node()?;
    let copy = out.join("web");
    remove(&copy)?;
    for path in sources {
        copy_file(&web.join(path), &copy.join(path))?;
    }
    let log = out.join("web.log");
    File::create(&log)?;
    npm(&["ci", "--no-audit", "--no-fund", "--include=dev"], &copy, &log)?;
    npm(&["run", "build"], &copy, &log)?;
    // A few hundred megabytes that are no longer needed.
    remove(&copy.join("node_modules"))?;
    Ok(copy.join("dist"))
}

fn check_node() -> Result<(), Missing> {
    let install = |problem: String| Missing {
        why: format!("{problem} Install Node.js with npm, version 22.12 or later (of 20: 20.19 or later)."),
        retry: Retry::Install,
    };
    let Ok(output) = Command::new("node").arg("--version").output() else {
        return Err(install(String::from("Node.js is not installed.")));
    };
    let version = String::from_utf8_lossy(&output.stdout);
    let version = version.trim();
    let mut parts = version.trim_start_matches('v').split('.').map(str::parse::<u32>);
    let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else {
        return Err(install(format!("`node --version` answers \"{version}\".")));
    };
    // The versions that Vite 8 supports.
    match (major, minor) {
        (20, 19..) | (22, 12..) | (23.., _) => Ok(()),
        _ => Err(install(format!("Node.js {version} is too old."))),
    }
}

fn npm(arguments: &[&str], folder: &Path, log: &Path) -> Result<(), Missing> {
    let output = File::options().append(true).open(log)?;
    let status = Command::new(NPM)
        .args(arguments)
        .current_dir(folder)
        // Production would omit the packages that build the pages.
        .env_remove("NODE_ENV")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Missing {
            why: format!(
                "`npm {}` failed with \"{}\" ({}).",
                arguments.join(" "),
                last_line(log),
                log.display()
            ),
            retry: Retry::Always,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Missing {
            why: String::from("npm is not installed; it comes with Node.js."),
            retry: Retry::Install,
        }),
        Err(error) => Err(error.into()),
    }
}

/// The last informative line: npm ends with the path of its own log.
fn last_line(log: &Path) -> String {
    let log = fs::read(log).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let is_informative =
        |line: &&str| !line.is_empty() && *line != "npm error" && !line.contains("complete log of this run");
    log.lines()
        .map(str::trim)
        .rfind(is_informative)
        .unwrap_or("nothing")
        .to_owned()
}

/// Replaces the content of `dist`. The stamp is removed first and written last, so that an incomplete copy is never used.
fn publish(built: &Path, dist: &Path, stamp: &str) -> io::Result<()> {
    remove(&dist.join(STAMP))?;
    for entry in fs::read_dir(dist)? {
        let entry = entry?;
        if entry.file_name() != ".lock" {
            remove(&entry.path())?;
        }
    }
    copy_folder(built, dist)?;
    fs::write(dist.join(STAMP), stamp)
}

fn replace(from: &Path, to: &Path) -> io::Result<()> {
    remove(to)?;
    copy_folder(from, to)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    files_below(from, Path::new(""), &mut files)?;
    files
        .iter()
        .try_for_each(|path| copy_file(&from.join(path), &to.join(path)))
}

/// Copies only the content: the copy of a read-only file is writable, so that it can be removed.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, fs::read(from)?)
}

fn remove(path: &Path) -> io::Result<()> {
    let result = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    result.or_else(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            Ok(())
        } else {
            Err(error)
        }
    })
}

/// Adds every file below `root`/`folder`, as a path below `root`, except hidden ones, which editors create.
fn files_below(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            files_below(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The Rust source of the table of pages in the program.
fn table(pages: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    files_below(pages, Path::new(""), &mut files)?;
    files.sort();
    let mut table = String::from("static ASSETS: &[Asset] = &[\n");
    for path in files.iter().filter(|path| path.extension() != Some(OsStr::new("br"))) {
        let name = path.to_string_lossy().replace('\\', "/");
        let content_type = content_type(path.extension().and_then(OsStr::to_str).unwrap_or_default());
        let raw = encoded(pages, &name)?;
        let small = format!("{name}.br");
        let brotli = if pages.join(&small).is_file() {
            format!("Some({})", encoded(pages, &small)?)
        } else {
            String::from("None")
        };
        writeln!(
            table,
            "    Asset {{ path: {name:?}, content_type: {content_type:?}, raw: {raw}, brotli: {brotli} }},"
        )
        .map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    Ok(table)
}

fn encoded(pages: &Path, name: &str) -> io::Result<String> {
    let mut hash = FnvHasher::default();
    hash.write(&fs::read(pages.join(name))?);
    let etag = format!("\"{:016x}\"", hash.finish());
    let path = format!("/pages/{name}");
    Ok(format!(
        "Encoded {{ bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), {path:?})), etag: {etag:?} }}"
    ))
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "ttf" => "font/ttf",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
