//! The house is as `src/lib.rs` says: imports run downwards only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each line may use the lines above it; what stands on one line does not know each other. `crash`, `meter` and `database` are
/// tools that everything from their line on may use.
const LINES: [&[&str]; 11] = [
    &["domain", "crash", "meter"],
    &["engine"],
    &["config", "text", "database", "media"],
    &["store", "sessions", "providers"],
    &["wallet"],
    &["orders"],
    &["avatars"],
    &["flows"],
    &["conversation"],
    &["telegram", "poller", "http"],
    &["app"],
];
/// Known by `app` alone, and knows nothing.
const ISLAND: &str = "emulator";

fn line_of(module: &str) -> Option<usize> {
    LINES.iter().position(|line| line.contains(&module))
}

fn may_use(module: &str, used: &str) -> bool {
    if module == used || module == "main" {
        return true;
    }
    if module == ISLAND || used == ISLAND {
        return module == "app";
    }
    matches!((line_of(module), line_of(used)), (Some(user), Some(used)) if used < user)
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the entry is readable").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// `src/flows/menu.rs` belongs to `flows`.
fn module_of(file: &Path) -> String {
    let below = file.strip_prefix("src").expect("it is below src");
    let first = below.components().next().expect("it has a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The first segment behind each `crate::`, those of a list in braces included.
fn modules_used_by(source: &str) -> BTreeSet<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut used = BTreeSet::new();
    for (at, _) in source.match_indices("crate::") {
        let rest = &source[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => used.extend(list.split('}').next().unwrap_or("").split(',').map(|part| name(part.trim()))),
            None => used.extend([name(rest)]),
        }
    }
    used.retain(|module| line_of(module).is_some() || module == ISLAND);
    used
}

#[test]
fn imports_flow_downwards() {
    let mut faults = Vec::new();
    for file in rust_files(Path::new("src")) {
        let module = module_of(&file);
        let source = fs::read_to_string(&file).expect("the file is readable");
        for used in modules_used_by(&source) {
            if !may_use(&module, &used) && module != "lib" {
                faults.push(format!("{}: `{module}` reaches up into `{used}`", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_has_its_line_in_the_house() {
    let lib = fs::read_to_string("src/lib.rs").expect("it is readable");
    let declared = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in declared {
        assert!(line_of(module).is_some() || module == ISLAND, "`{module}` has no line in the house");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<PathBuf> = rust_files(Path::new("src"))
        .into_iter()
        .filter(|file| !fs::read_to_string(file).expect("the file is readable").starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}
