//! One meaning for a name: no two types that are visible outside of their files share one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, Ident, Item, Token, Visibility,
    parse::{ParseStream, Parser},
    visit::{self, Visit},
};

use super::rust_files;

/// The rooms whose types the schema presents under the same names.
const PRESENTED: [&str; 4] = ["model", "graph", "store", "engine"];

/// What a file declares.
#[derive(Default)]
struct Declarations {
    /// The names of its visible types.
    types: Vec<String>,
    /// The names of the modules that exist only in tests.
    test_modules: Vec<String>,
}

impl Declarations {
    fn parse(text: &str) -> Self {
        let mut declarations = Self::default();
        declarations.visit_file(&syn::parse_file(text).unwrap());
        declarations
    }

    fn declare(&mut self, visibility: &Visibility, name: &Ident) {
        if !matches!(visibility, Visibility::Inherited) {
            self.types.push(name.to_string());
        }
    }

    /// Reads what stands in the braces of a macro of the house: declarations as in Rust, or documented names, of which the macro makes
    /// visible types.
    fn declare_by_macro(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            let is_documented = !input.call(Attribute::parse_outer)?.is_empty();
            let visibility: Visibility = input.parse()?;
            if input.peek(Token![struct]) || input.peek(Token![enum]) {
                skip_token(input)?;
                self.declare(&visibility, &input.parse()?);
            } else if is_documented && input.peek(Ident) {
                let name = input.parse::<Ident>()?.to_string();
                if name.starts_with(char::is_uppercase) {
                    self.types.push(name);
                }
            } else {
                skip_token(input)?;
            }
        }
        Ok(())
    }
}

fn skip_token(input: ParseStream<'_>) -> syn::Result<()> {
    input.step(|cursor| {
        let (_, rest) = cursor.token_tree().ok_or_else(|| cursor.error("a token"))?;
        Ok(((), rest))
    })
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.require_list();
        attribute.path().is_ident("cfg") && condition.is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

impl<'ast> Visit<'ast> for Declarations {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Mod(module) if is_for_tests(&module.attrs) => self.test_modules.push(module.ident.to_string()),
            Item::Mod(_) => visit::visit_item(self, item),
            Item::Struct(item) if !is_for_tests(&item.attrs) => self.declare(&item.vis, &item.ident),
            Item::Enum(item) if !is_for_tests(&item.attrs) => self.declare(&item.vis, &item.ident),
            Item::Union(item) if !is_for_tests(&item.attrs) => self.declare(&item.vis, &item.ident),
            Item::Trait(item) if !is_for_tests(&item.attrs) => self.declare(&item.vis, &item.ident),
            Item::Type(item) if !is_for_tests(&item.attrs) => self.declare(&item.vis, &item.ident),
            // A use of a macro, not its definition.
            Item::Macro(item) if item.ident.is_none() => {
                let read = |input: ParseStream<'_>| self.declare_by_macro(input);
                read.parse2(item.mac.tokens.clone()).unwrap();
            }
            _ => {}
        }
    }
}

/// Where a file looks for the modules that it declares.
fn folder_of_modules(path: &Path) -> PathBuf {
    let name = path.file_stem().unwrap();
    if name == "mod" || name == "lib" || name == "main" {
        path.with_file_name("")
    } else {
        path.with_extension("")
    }
}

/// The names of the types in `schema.graphql`.
fn graphql_types() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let schema = fs::read_to_string(path).unwrap();
    let declarations = schema.lines().filter_map(|line| line.split_once(' '));
    let types = declarations
        .filter(|(keyword, _)| ["type", "interface", "union", "enum", "input", "scalar"].contains(keyword))
        .filter_map(|(_, rest)| rest.split(' ').next());
    types.map(str::to_owned).collect()
}

/// Whether the types of one name in these rooms, one room for each type, mean the same.
fn is_one_meaning(name: &str, rooms: &[&str], graphql: &BTreeSet<String>) -> bool {
    // Each module may have an error: `store::Error`.
    if rooms.len() < 2 || name == "Error" {
        return true;
    }
    // A type of GraphQL, and what it presents.
    let presented = rooms.iter().filter(|room| PRESENTED.contains(*room)).count();
    graphql.contains(name) && rooms.len() == 2 && rooms.contains(&"schema") && presented == 1
}

#[test]
fn no_name_of_a_type_stands_for_two_things() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut declared = Vec::new();
    let mut test_folders = Vec::new();
    for path in rust_files("src") {
        let declarations = Declarations::parse(&fs::read_to_string(&path).unwrap());
        let modules = declarations.test_modules.iter();
        test_folders.extend(modules.map(|module| folder_of_modules(&path).join(module)));
        declared.push((path, declarations.types));
    }
    declared.retain(|(path, _)| {
        !test_folders
            .iter()
            .any(|folder| path.with_extension("").starts_with(folder))
    });
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, types) in declared {
        let place = path.strip_prefix(&source).unwrap().display().to_string();
        for name in types {
            places.entry(name).or_default().push(place.clone());
        }
    }
    assert!(places.len() > 700, "the types are found: {}", places.len());
    let graphql = graphql_types();
    assert!(graphql.len() > 150, "the types of GraphQL are found: {}", graphql.len());
    places.retain(|name, places| {
        let rooms: Vec<&str> = places.iter().filter_map(|place| place.split('/').next()).collect();
        !is_one_meaning(name, &rooms, &graphql)
    });
    let shown: Vec<String> = places
        .iter()
        .map(|(name, places)| format!("{name}: {}", places.join(", ")))
        .collect();
    assert!(shown.is_empty(), "names with several meanings:\n{}", shown.join("\n"));
}

#[test]
fn visible_types_are_seen_also_in_macros_but_not_in_tests() {
    let declarations = Declarations::parse(
        "pub struct Open; pub(super) enum Near {} struct Private; pub(crate) trait Able {} pub type Alias = u8; \
         #[cfg(test)] pub struct Sample; #[cfg(test)] mod tests { pub struct Inner; } mod inline { pub struct Deep; } \
         catalog! { pub(crate) enum Listed as \"listed\" { /// A member.\n A } } fn f() { pub struct Local; } \
         ix! { /// An index.\n Index, u32; /// Another.\n Other, u64; } numbers! { U8 }",
    );
    assert_eq!(
        declarations.types,
        ["Open", "Near", "Able", "Alias", "Deep", "Listed", "Index", "Other"]
    );
    assert_eq!(declarations.test_modules, ["tests"]);
}

#[test]
fn only_an_error_and_a_type_of_graphql_may_share_a_name() {
    let graphql = BTreeSet::from(["Company".to_owned()]);
    let one_meaning = |name: &str, rooms: &[&str]| is_one_meaning(name, rooms, &graphql);
    assert!(one_meaning("Row", &["graph"]));
    assert!(one_meaning("Error", &["store", "store", "graph"]));
    assert!(one_meaning("Company", &["graph", "schema"]));
    assert!(!one_meaning("Row", &["graph", "schema"]));
    assert!(!one_meaning("Company", &["graph", "model"]));
    assert!(!one_meaning("Company", &["graph", "model", "schema"]));
    assert!(!one_meaning("Company", &["schema", "schema"]));
    assert!(!one_meaning("Company", &["schema", "import"]));
}
