//! What is wrong with a definition, said so that it can be mended.

use std::fmt;

/// One thing that is wrong, where it stands, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The path as it was handed to the engine.
    pub file: String,
    /// Counted from 1; 0 where the whole file, or the lack of one, is meant.
    pub line: usize,
    pub what: String,
    pub mend: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}\n    mend: {}", self.file, self.what, self.mend),
            line => write!(out, "{}:{line}: {}\n    mend: {}", self.file, self.what, self.mend),
        }
    }
}

/// The known name that `name` was probably meant to be, or else all that are known.
pub(super) fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    let nearest = known.iter().map(|candidate| (distance(name, candidate), *candidate)).min();
    match nearest {
        Some((steps, candidate)) if steps <= (name.chars().count() / 3).clamp(1, 2) => format!("write `{candidate}`"),
        Some(_) => format!("use one of {}", quoted(known)),
        None => "nothing of this kind is known".to_owned(),
    }
}

/// `a`, `b` and so on, in a row.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Levenshtein's distance: how many letters to insert, delete or replace.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_letters() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("galery", "gallery"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        assert_eq!(suggest("galery", ["photo", "gallery"]), "write `gallery`");
        assert_eq!(suggest("xyz", ["photo", "gallery"]), "use one of `gallery`, `photo`");
        assert_eq!(suggest("xyz", []), "nothing of this kind is known");
    }
}
