//! Reading and parsing the files of texts.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::{fs, io};

use fluent::FluentResource;
use fluent::concurrent::FluentBundle;
use fluent_syntax::ast::Entry;
use rust_embed::RustEmbed;

use super::index;
use super::{Locale, formats};
use crate::domain::Language;
use crate::engine::LocaleIndex;

/// `locales/` as it was when the program was built.
#[derive(RustEmbed)]
#[folder = "locales/"]
struct Embedded;

/// Why the texts cannot be used. Each names the place and the mend.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error("{path}: cannot be read ({source}); check LOCALES_DIR and the rights of the file")]
    Unreadable { path: String, source: io::Error },
    #[error("{path}: is not UTF-8; save the file as UTF-8")]
    NotUtf8 { path: String },
    #[error("{path}: holds no .ftl file; every language needs its texts, copy them from another one and translate")]
    NoTexts { path: String },
    #[error("{path}: is no language that PIXEL AI speaks ({known}); remove the folder or add the language")]
    UnknownLanguage { path: String, known: String },
    #[error("{file}:{line}: {what}; write `id = text` from the first column and indent the lines that go on")]
    Syntax { file: String, line: usize, what: String },
    #[error("{file}:{line}: `{id}` stands already in {first}; rename or remove one of the two")]
    Duplicate { file: String, line: usize, id: String, first: String },
}

/// One file of texts.
pub(super) struct Source {
    /// As people name it: `locales/en/menu.ftl`.
    pub name: String,
    pub text: String,
}

/// Every language in the order of [`Language::ALL`], with its files in the order of their names.
pub(super) type Sources = Vec<(Language, Vec<Source>)>;

pub(super) fn embedded() -> Result<Sources, TextError> {
    let mut files: BTreeMap<&str, Vec<Source>> = BTreeMap::new();
    let mut paths: Vec<String> = Embedded::iter().map(|path| path.into_owned()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.ends_with(".ftl")) {
        let name = format!("locales/{path}");
        let bytes = Embedded::get(path).map(|file| file.data.into_owned()).unwrap_or_default();
        let text = String::from_utf8(bytes).map_err(|_| TextError::NotUtf8 { path: name.clone() })?;
        let folder = path.split('/').next().unwrap_or_default();
        files.entry(folder).or_default().push(Source { name, text });
    }
    complete(Path::new("locales"), |language| Ok(files.remove(language.code()).unwrap_or_default()))
}

pub(super) fn from_dir(dir: &Path) -> Result<Sources, TextError> {
    for entry in list(dir)? {
        refuse_unknown_language(&entry)?;
    }
    complete(dir, |language| {
        let folder = dir.join(language.code());
        let files = list(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "ftl"));
        files.map(read).collect()
    })
}

fn complete(
    dir: &Path,
    mut files_of: impl FnMut(Language) -> Result<Vec<Source>, TextError>,
) -> Result<Sources, TextError> {
    let mut sources = Vec::new();
    for language in Language::ALL {
        let files = files_of(language)?;
        if files.is_empty() {
            return Err(TextError::NoTexts { path: dir.join(language.code()).display().to_string() });
        }
        sources.push((language, files));
    }
    Ok(sources)
}

/// A folder of a language that is not ours would be ignored without a word, and its translator would wonder why.
fn refuse_unknown_language(path: &Path) -> Result<(), TextError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !path.is_dir() || name.starts_with('.') || Language::from_code(name).is_some() {
        return Ok(());
    }
    let known = Language::ALL.map(Language::code).join(", ");
    Err(TextError::UnknownLanguage { path: path.display().to_string(), known })
}

/// What is in a folder, by name.
fn list(dir: &Path) -> Result<Vec<PathBuf>, TextError> {
    let unreadable = |source| TextError::Unreadable { path: dir.display().to_string(), source };
    let entries = fs::read_dir(dir).map_err(unreadable)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}

fn read(path: PathBuf) -> Result<Source, TextError> {
    let name = path.display().to_string();
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Source { name, text }),
        Err(fault) if fault.kind() == io::ErrorKind::InvalidData => Err(TextError::NotUtf8 { path: name }),
        Err(source) => Err(TextError::Unreadable { path: name, source }),
    }
}

/// Parses the files of one language.
pub(super) fn locale(language: Language, files: Vec<Source>) -> Result<Locale, TextError> {
    let tag = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Isolation marks are for texts of both directions; here they would only get into names that people copy.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::En => |value, _| formats::written(Language::En, value),
        Language::Ru => |value, _| formats::written(Language::Ru, value),
    }));
    let mut index = LocaleIndex { language: language.code().to_owned(), messages: BTreeMap::new() };
    let mut resources = Vec::new();
    for file in files {
        resources.push((parse(&file)?, file));
    }
    refuse_duplicates(&resources)?;
    for (resource, file) in &resources {
        index::add(&mut index, resource, file);
    }
    index::follow_references(&mut index, resources.iter().map(|(resource, _)| resource));
    for (resource, _) in resources {
        // There are no duplicates left that it could override; only this way of adding cannot fail.
        bundle.add_resource_overriding(resource);
    }
    Ok(Locale { bundle, index })
}

/// A message or term that stands twice would be shown in one of its forms without a word.
fn refuse_duplicates(resources: &[(FluentResource, Source)]) -> Result<(), TextError> {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (resource, file) in resources {
        for entry in resource.entries() {
            let id = match entry {
                Entry::Message(message) => message.id.name.to_owned(),
                Entry::Term(term) => format!("-{}", term.id.name),
                _ => continue,
            };
            let lines = lines_of(&file.text, &id);
            if let Some(first) = seen.get(&id) {
                let line = lines.last().copied().unwrap_or(1);
                return Err(TextError::Duplicate { file: file.name.clone(), line, id, first: first.clone() });
            }
            seen.insert(id, format!("{}:{}", file.name, lines.first().unwrap_or(&1)));
        }
    }
    Ok(())
}

/// The lines, from 1, where a message starts; the parser does not keep them, but only an entry starts in column one.
pub(super) fn lines_of(text: &str, id: &str) -> Vec<usize> {
    let starts = |line: &str| line.strip_prefix(id).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().enumerate().filter(|(_, line)| starts(line)).map(|(number, _)| number + 1).collect()
}

fn parse(file: &Source) -> Result<FluentResource, TextError> {
    FluentResource::try_new(file.text.clone()).map_err(|(_, faults)| {
        let (position, what) = match faults.first() {
            // A missing bracket is noticed lines later; the slice starts where the broken message does.
            Some(fault) => (fault.slice.as_ref().unwrap_or(&fault.pos).start, fault.kind.to_string()),
            None => (0, "cannot be parsed".to_owned()),
        };
        TextError::Syntax { file: file.name.clone(), line: line_at(&file.text, position), what }
    })
}

/// The line, from 1, of a byte offset.
fn line_at(text: &str, position: usize) -> usize {
    1 + text.bytes().take(position).filter(|byte| *byte == b'\n').count()
}
