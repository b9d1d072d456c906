//! Packages of Python that a test needs, in an environment of their own below the target directory.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The packages that a file below `tests` lists.
pub(crate) struct Packages {
    list: &'static str,
}

impl Packages {
    pub(crate) const fn new(list: &'static str) -> Self {
        Self { list }
    }

    /// The Python that has them, or why there is none. The first test that needs them installs them.
    pub(crate) fn python(&self) -> Result<PathBuf, String> {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(self.list);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.list.replace('/', "-"));
        fs::create_dir_all(&folder).unwrap();
        // Another run of the tests may be installing: it is waited for.
        let lock = File::create(folder.join(".lock")).unwrap();
        lock.lock().unwrap();
        let python = folder.join(if cfg!(windows) {
            "venv/Scripts/python.exe"
        } else {
            "venv/bin/python"
        });
        let requirements = fs::read_to_string(&list).unwrap();
        let stamp = folder.join("venv/.stamp");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements) {
            return Ok(python);
        }
        let advice = "on Debian, apt-get install python3-venv python3-dev libicu-dev pkg-config g++";
        let run = |program: &Path, arguments: &[&str]| {
            let output = Command::new(program)
                .args(arguments)
                .current_dir(&folder)
                .stdin(Stdio::null())
                .output()
                .map_err(|error| format!("{} cannot be run ({error}); {advice}", program.display()))?;
            if output.status.success() {
                return Ok(());
            }
            let stderr = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
            Err(format!("the packages cannot be installed: {stderr}; {advice}"))
        };
        let venv = folder.join("venv");
        run(Path::new("python3"), &["-m", "venv", "--clear", venv.to_str().unwrap()])?;
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "-r",
            list.to_str().unwrap(),
        ];
        run(&python, &install)?;
        fs::write(stamp, requirements).unwrap();
        Ok(python)
    }
}
