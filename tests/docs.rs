//! The documentation: every link is valid, every page is listed, the settings are those of the program, and the names on the pages on
//! architecture exist. The queries in it are tested with their data.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Component, Path, PathBuf},
};

use crate::harness::{
    pages::{Page, links, pages, root, summary},
    program,
};

/// How many lines README.md may have.
const README_LINES_MAX: usize = 200;

/// The page of the settings, which `GUANXI_ACCEPT=1 cargo test` rewrites between its markers.
const SETTINGS: &str = "docs/operating/settings.md";

/// The pages that name types and functions of the program.
const ARCHITECTURE: [&str; 4] = [
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/search-and-log.md",
];

/// The pages other than README.md and those of docs.
const FURTHER: [&str; 5] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "data/README.md",
    "data/mappings/README.md",
];

fn all_pages() -> Vec<Page> {
    let further = FURTHER.iter().map(|path| Page::read(path));
    pages().into_iter().chain(further).collect()
}

/// Every file below a folder with one of these endings, as paths below the repository with `/` between their parts.
fn files(folder: &str, endings: &[&str]) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "node_modules" && name != "dist" {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                files.insert(path.replace('\\', "/"));
            }
        }
    }
    files
}

/// The anchors of a page, as code hosts and mdBook make them of its headings.
fn anchors(page: &Page) -> BTreeSet<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for (_, line) in page.prose() {
        let heading = line.trim_start_matches('#');
        if heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let slug: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter_map(|letter| match letter {
                ' ' => Some('-'),
                '-' | '_' => Some(letter),
                letter => letter.is_alphanumeric().then_some(letter),
            })
            .collect();
        let count = counts.entry(slug.clone()).or_default();
        anchors.insert(if *count == 0 { slug } else { format!("{slug}-{count}") });
        *count += 1;
    }
    anchors
}

/// A path without `.` and `..`; `None` if it leaves the repository.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => resolved.push(name),
            Component::CurDir => {}
            Component::ParentDir if resolved.pop() => {}
            _ => return None,
        }
    }
    Some(resolved)
}

/// Why a link of a page is invalid.
fn broken(page: &Page, target: &str) -> Option<String> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() {
        PathBuf::from(&page.path)
    } else {
        let Some(path) = resolved(&Path::new(&page.path).parent().unwrap().join(file)) else {
            return Some("leaves the repository".to_owned());
        };
        path
    };
    if !root().join(&path).exists() {
        return Some("is not there".to_owned());
    }
    let path = path.to_string_lossy().replace('\\', "/");
    let has_anchor = || anchors(&Page::read(&path)).contains(anchor);
    (!anchor.is_empty() && !has_anchor()).then(|| "has no such heading".to_owned())
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let mut wrong = Vec::new();
    let mut followed = 0;
    for page in all_pages() {
        for (number, line) in page.prose() {
            for target in links(line).into_iter().filter(|target| !target.contains("://")) {
                followed += 1;
                let place = format!("{}:{number}: {target}", page.path);
                wrong.extend(broken(&page, target).map(|why| format!("{place} {why}")));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(followed > 50, "only {followed} links were found");
}

#[test]
fn a_link_that_leads_nowhere_is_seen() {
    let page = Page {
        path: "docs/importing/x.md".to_owned(),
        text: "# A `b` c, d\n\n## Twice\n\n## Twice\n\n```sh\n# no heading\n```\n".to_owned(),
    };
    assert_eq!(
        anchors(&page).into_iter().collect::<Vec<_>>(),
        ["a-b-c-d", "twice", "twice-1"]
    );
    assert_eq!(broken(&page, "../../README.md"), None);
    assert_eq!(broken(&page, "../../README.md#licence"), None);
    assert_eq!(
        broken(&page, "../../README.md#nothing").as_deref(),
        Some("has no such heading")
    );
    assert_eq!(broken(&page, "README.txt").as_deref(), Some("is not there"));
    assert_eq!(broken(&page, "../../../x").as_deref(), Some("leaves the repository"));
    assert_eq!(links("a [`b`](c.md#d), ![e](f.svg) and `[g](h)`"), ["c.md#d", "f.svg"]);
}

#[test]
fn the_summary_lists_every_page_once() {
    let listed = summary();
    let set: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(set.len(), listed.len(), "a page is listed twice: {listed:?}");
    let mut there = files("docs", &[".md"]);
    assert!(there.remove("docs/SUMMARY.md"));
    assert_eq!(set, there);
    // What mdBook reads.
    let book: toml::Table = fs::read_to_string(root().join("docs/book.toml"))
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("."), "where the summary lies");
}

#[test]
fn the_pages_name_things_by_their_nouns() {
    let mut wrong = Vec::new();
    for page in all_pages().into_iter().filter(|page| page.path != SETTINGS) {
        for (number, line) in page.prose() {
            let words: Vec<String> = line
                .split(|letter: char| !letter.is_alphabetic())
                .map(str::to_lowercase)
                .collect();
            let matches = words
                .iter()
                .filter(|word| ["whoever", "nobody", "told"].contains(&&***word));
            wrong.extend(matches.map(|word| format!("{}:{number}: {word}", page.path)));
            if line.contains("so many") {
                wrong.push(format!("{}:{number}: so many", page.path));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_readme_is_short_and_leads_to_every_page() {
    let readme = Page::read("README.md");
    let lines = readme.text.lines().count();
    assert!(lines <= README_LINES_MAX, "README.md has {lines} lines");
    let linked: BTreeSet<&str> = readme.prose().into_iter().flat_map(|(_, line)| links(line)).collect();
    let missing: Vec<String> = summary().into_iter().filter(|page| !linked.contains(&**page)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_page_that_the_program_names_is_there() {
    let mut wrong = Vec::new();
    for folder in ["src", "examples", "web/src", "tests/clients"] {
        for path in files(folder, &[".rs", ".ts", ".tsx", ".mjs", ".toml"]) {
            let text = fs::read_to_string(root().join(&path)).unwrap();
            let words = text.split(|letter: char| !letter.is_alphanumeric() && !"/_-.".contains(letter));
            for page in
                words.filter(|word| word.ends_with(".md") && (word.starts_with("docs/") || word.starts_with("data/")))
            {
                if !root().join(page).exists() {
                    wrong.push(format!("{path}: {page}"));
                }
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// A flag of the program, as its help describes it.
struct Flag {
    name: String,
    value: Option<String>,
    text: String,
    default: Option<String>,
    choices: Vec<String>,
}

/// The flags of a command that are settings, under the headings of its help.
fn flags(command: &str) -> Vec<(String, Vec<Flag>)> {
    let output = program(&[command, "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let mut sections: Vec<(String, Vec<Flag>)> = Vec::new();
    for line in help.lines() {
        if let Some(heading) = line.strip_suffix(':').filter(|heading| !heading.starts_with(' ')) {
            sections.push((heading.to_owned(), Vec::new()));
            continue;
        }
        let Some((_, flags)) = sections.last_mut() else {
            continue;
        };
        // A flag may have a letter before its name; its description is indented further.
        let (indent, rest) = (line.len() - line.trim_start().len(), line.trim_start());
        let rest = rest.strip_prefix("-h, ").unwrap_or(rest);
        if let Some(flag) = rest.strip_prefix("--").filter(|_| (1..=6).contains(&indent)) {
            let (name, value) = flag
                .split_once(' ')
                .map_or((flag, None), |(name, value)| (name, Some(value)));
            flags.push(Flag {
                name: name.to_owned(),
                value: value.map(|value| value.trim_matches(['<', '>']).to_owned()),
                text: String::new(),
                default: None,
                choices: Vec::new(),
            });
            continue;
        }
        let (Some(flag), line) = (flags.last_mut(), line.trim()) else {
            continue;
        };
        let bracketed = |name: &str| line.strip_prefix(name).and_then(|rest| rest.strip_suffix(']'));
        if let Some(default) = bracketed("[default: ") {
            flag.default = Some(default.to_owned());
        } else if let Some(choice) = line.strip_prefix("- ") {
            flag.choices.push(choice.split(':').next().unwrap().to_owned());
        } else if bracketed("[env: ").is_none() && line != "Possible values:" && !line.is_empty() {
            if !flag.text.is_empty() {
                flag.text.push(' ');
            }
            flag.text.push_str(line);
        }
    }
    // A flag with an environment variable is a setting; a flag of a single run has none.
    let is_setting = |flag: &Flag| {
        let variable = format!("[env: GUANXI_{}", flag.name.to_uppercase().replace('-', "_"));
        [format!("{variable}="), format!("{variable}]")]
            .iter()
            .any(|text| help.contains(&**text))
    };
    for (_, flags) in &mut sections {
        flags.retain(is_setting);
    }
    sections.retain(|(_, flags)| !flags.is_empty());
    sections
}

/// The settings of a command as tables of Markdown.
fn tables(command: &str) -> String {
    let mut text = String::new();
    for (heading, flags) in flags(command) {
        let heading = if heading == "Options" {
            "What it serves, and where"
        } else {
            &*heading
        };
        if command == "serve" {
            text.push_str(&format!("\n### {heading}\n"));
        }
        text.push_str("\n| flag | default | |\n|---|---|---|\n");
        for flag in flags {
            let value = match (&flag.value, &*flag.choices) {
                (Some(_), [_, ..]) => format!(" {}", flag.choices.join("\\|")),
                (Some(value), []) if value.replace('_', "-").to_lowercase() != flag.name => format!(" {value}"),
                _ => String::new(),
            };
            // If the text names the default, it depends on the machine or on other flags.
            let default = flag.default.filter(|_| !flag.text.contains("Default: "));
            let default = default.map_or(String::new(), |default| format!("`{default}`"));
            let text_of_flag = flag.text.replace('|', "\\|").replace('*', "\\*");
            text.push_str(&format!("| `--{}{value}` | {default} | {text_of_flag} |\n", flag.name));
        }
    }
    text
}

#[test]
fn the_page_of_settings_is_what_the_program_says() {
    let page = Page::read(SETTINGS);
    let mut expected = page.text.clone();
    for command in ["serve", "import"] {
        let (begin, end) = (
            format!("<!-- guanxi {command} --help -->\n"),
            format!("\n<!-- end of guanxi {command} --help -->"),
        );
        let (before, rest) = expected
            .split_once(&begin)
            .unwrap_or_else(|| panic!("{SETTINGS} lacks {begin}"));
        let (_, behind) = rest
            .split_once(&end)
            .unwrap_or_else(|| panic!("{SETTINGS} lacks {end}"));
        expected = format!("{before}{begin}{}{end}{behind}", tables(command));
    }
    if env::var_os("GUANXI_ACCEPT").is_some() {
        fs::write(root().join(SETTINGS), &expected).unwrap();
    }
    let page = Page::read(SETTINGS).text;
    assert!(
        page == expected,
        "{SETTINGS} is not what the program says; GUANXI_ACCEPT=1 cargo test writes it anew. It should read:\n{expected}"
    );
    for flag in [
        "--port",
        "--timeout-ms",
        "--cors-origin",
        "--public-read",
        "--record-bytes-max",
    ] {
        assert!(page.contains(&format!("| `{flag}")), "{flag} is a setting");
    }
}

/// The first cells of the table below a heading, without their code marks.
fn codes_below(page: &Page, heading: &str) -> Vec<String> {
    let (_, below) = page
        .text
        .split_once(heading)
        .unwrap_or_else(|| panic!("{heading} is no heading"));
    let rows = below.lines().skip_while(|line| !line.starts_with("| `"));
    let rows = rows.map_while(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned()).collect()
}

#[test]
fn the_page_of_errors_lists_every_code() {
    let page = Page::read("docs/errors.md");
    let sources = files("src", &[".rs"])
        .into_iter()
        .map(|path| fs::read_to_string(root().join(path)).unwrap());
    let error = sources
        .into_iter()
        .find(|text| text.contains("pub enum Code {"))
        .unwrap();
    let codes: Vec<&str> = error
        .split("=> \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|code| code.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'))
        .collect();
    assert!(codes.len() > 10, "{codes:?}");
    assert_eq!(codes_below(&page, "# Errors"), codes);

    let schema = fs::read_to_string(root().join("schema.graphql")).unwrap();
    let (_, codes) = schema.split_once("enum UserErrorCode {").unwrap();
    let codes = codes.split('}').next().unwrap().lines().map(str::trim);
    let is_code =
        |line: &&str| !line.is_empty() && line.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    let codes: Vec<&str> = codes.filter(is_code).collect();
    assert_eq!(codes_below(&page, "## Codes of userErrors"), codes);
}

#[test]
fn what_the_pages_on_architecture_name_is_there() {
    let source: String = files("src", &[".rs"])
        .iter()
        .map(|path| fs::read_to_string(root().join(path)).unwrap())
        .collect();
    let declared = |keywords: &[&str], name: &str| {
        keywords.iter().any(|keyword| {
            let start = format!("{keyword} {name}");
            source.match_indices(&start).any(|(at, _)| {
                let behind = source[at + start.len()..].chars().next();
                behind.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_')
            })
        })
    };
    let is_type = |name: &str| declared(&["struct", "enum", "trait", "type", "mod", "impl<'a>", "impl"], name);
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    let (mut wrong, mut known) = (Vec::new(), 0);
    for page in ARCHITECTURE.map(Page::read) {
        for (number, line) in page.prose() {
            for code in line.split('`').skip(1).step_by(2) {
                // Only names of Rust: a type, a path with ::, or a function with its parentheses.
                let function = code.strip_suffix("()");
                let is_type_name = code.starts_with(char::is_uppercase) && code.contains(char::is_lowercase);
                let parts: Vec<&str> = function.unwrap_or(code).split("::").collect();
                let names_code = function.is_some() || code.contains("::") || is_type_name;
                if !names_code || !parts.iter().all(|part| is_name(part)) {
                    continue;
                }
                known += 1;
                let (last, owners) = parts.split_last().unwrap();
                let is_function = (function.is_some() || !owners.is_empty()) && declared(&["fn"], last);
                let is_there = is_function || (function.is_none() && is_type(last));
                if !is_there || !owners.iter().all(|owner| is_type(owner)) {
                    wrong.push(format!("{}:{number}: {code}", page.path));
                }
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(known > 20, "only {known} names were found");
}
