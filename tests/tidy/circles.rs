//! No circle of files: files that use each other cannot be read one after another. Arrows are read from the source: what a file names
//! in `use` lines and in paths, followed through re-exports to the file that holds it. Paths inside of macros are not seen.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use petgraph::{algo::tarjan_scc, graph::DiGraph};
use syn::{
    ItemMod, ItemUse, UseTree, Visibility,
    visit::{self, Visit},
};

use super::rust_files;

/// Where files may use each other: types of the schema have fields of each other's types, and filters contain each other.
const CIRCLES_ALLOWED: [&str; 3] = [
    "crate::schema::types::",
    "crate::schema::inputs::filters::",
    "crate::graph::query::filter::",
];

/// The paths of a file, from `crate` on.
#[derive(Default)]
struct File {
    /// The path of its module.
    module: Vec<String>,
    /// What it names.
    used: BTreeSet<Vec<String>>,
    /// What it offers under names of its own.
    reexports: BTreeMap<String, Vec<String>>,
    /// The modules that it declares.
    children: BTreeSet<String>,
}

impl File {
    fn parse(path: &Path) -> Option<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let inner = path.strip_prefix(source).unwrap().with_extension("");
        let mut module: Vec<String> = inner.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        if module.iter().any(|part| part.ends_with("tests")) || module == ["main"] {
            return None;
        }
        if module.last().is_some_and(|last| last == "mod" || last == "lib") {
            module.pop();
        }
        module.insert(0, "crate".to_owned());
        let mut file = Self {
            module,
            ..Self::default()
        };
        let syntax = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
        file.children = syntax
            .items
            .iter()
            .filter_map(|item| match item {
                syn::Item::Mod(module) => Some(module.ident.to_string()),
                _ => None,
            })
            .collect();
        file.visit_file(&syntax);
        Some(file)
    }

    /// The same path from `crate` on; none where it leads out of the crate, or to what the file itself holds.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let ups = path.iter().take_while(|part| *part == "super").count();
        match first.as_str() {
            "crate" => Some(path.to_vec()),
            "self" => Some([&self.module, rest].concat()),
            "super" => Some([&self.module[..self.module.len().checked_sub(ups)?], &path[ups..]].concat()),
            child if self.children.contains(child) => Some([&self.module, path].concat()),
            _ => None,
        }
    }
}

/// Every path that a `use` names, with the name that it gets.
fn leaves(tree: &UseTree, before: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(&path.ident), found),
        UseTree::Name(name) if name.ident == "self" => {
            found.push((before.to_vec(), before.last().cloned().unwrap_or_default()));
        }
        UseTree::Name(name) => found.push((with(&name.ident), name.ident.to_string())),
        UseTree::Rename(rename) => found.push((with(&rename.ident), rename.rename.to_string())),
        UseTree::Glob(_) => found.push((before.to_vec(), String::new())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let mut found = Vec::new();
        leaves(&item.tree, &[], &mut found);
        for (path, name) in found {
            let Some(path) = self.absolute(&path) else { continue };
            if matches!(item.vis, Visibility::Inherited) {
                self.used.insert(path);
            } else {
                self.reexports.insert(name, path);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        if parts.len() > 1 {
            self.used.extend(self.absolute(&parts));
        }
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        // Modules in a file hold its tests.
        let is_test = module.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if !is_test {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// The module of the file that holds what `path` names.
fn holder(path: &[String], files: &BTreeMap<Vec<String>, File>) -> Option<Vec<String>> {
    let mut path = path.to_vec();
    // A re-export of a re-export of a re-export: more is a mistake.
    for _ in 0..8 {
        let module = (1..=path.len())
            .rev()
            .map(|end| &path[..end])
            .find(|start| files.contains_key(*start))?;
        let rest = &path[module.len()..];
        let offered = rest.first().and_then(|name| files[module].reexports.get(name));
        match offered {
            Some(origin) => path = [origin, &rest[1..]].concat(),
            None => return Some(module.to_vec()),
        }
    }
    None
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let files = rust_files("src");
    let files = files.iter().filter_map(|path| File::parse(path));
    let files: BTreeMap<Vec<String>, File> = files.map(|file| (file.module.clone(), file)).collect();
    assert!(files.len() > 300, "the files of the source are found");
    let mut arrows = DiGraph::<String, ()>::new();
    let nodes: BTreeMap<&Vec<String>, _> = files
        .keys()
        .map(|module| (module, arrows.add_node(module.join("::"))))
        .collect();
    for (module, file) in &files {
        for path in &file.used {
            if let Some(other) = holder(path, &files).filter(|other| other != module) {
                arrows.update_edge(nodes[module], nodes[&other], ());
            }
        }
    }
    assert!(arrows.edge_count() > 1_500, "the arrows between them are found");
    let mut circles = tarjan_scc(&arrows);
    circles.retain(|circle| {
        let within = |start: &&str| circle.iter().all(|file| arrows[*file].starts_with(*start));
        circle.len() > 1 && !CIRCLES_ALLOWED.iter().any(within)
    });
    let mut shown = String::new();
    for circle in &circles {
        for file in circle {
            let others = circle.iter().filter(|other| arrows.contains_edge(*file, **other));
            let others: Vec<&str> = others.map(|other| arrows[*other].as_str()).collect();
            shown += &format!("\n{} uses {}", arrows[*file], others.join(", "));
        }
        shown += "\n";
    }
    assert!(circles.is_empty(), "files that use each other:\n{shown}");
}
