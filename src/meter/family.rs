//! One measure, kept apart by labels.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Members at most: labels are names of ours, so more would be a mistake, and memory has to stay bounded all the same.
const MOST_MEMBERS: usize = 2000;

/// Measures of one kind, one for each set of labels that was seen.
#[derive(Debug)]
pub struct Family<M, const N: usize> {
    names: [&'static str; N],
    members: RwLock<BTreeMap<[String; N], Arc<M>>>,
}

impl<M: Default, const N: usize> Family<M, N> {
    pub const fn new(names: [&'static str; N]) -> Self {
        Self { names, members: RwLock::new(BTreeMap::new()) }
    }

    /// The names of the labels.
    pub fn names(&self) -> [&'static str; N] {
        self.names
    }

    /// The measure of these labels. Beyond the most that are kept, one that nobody reads.
    pub fn of(&self, labels: [&str; N]) -> Arc<M> {
        let labels = labels.map(str::to_owned);
        if let Some(member) = self.members.read().unwrap_or_else(PoisonError::into_inner).get(&labels) {
            return member.clone();
        }
        let mut members = self.members.write().unwrap_or_else(PoisonError::into_inner);
        if members.len() >= MOST_MEMBERS && !members.contains_key(&labels) {
            return Arc::default();
        }
        members.entry(labels).or_default().clone()
    }

    /// All that were seen, in the order of their labels.
    pub fn members(&self) -> Vec<([String; N], Arc<M>)> {
        let members = self.members.read().unwrap_or_else(PoisonError::into_inner);
        members.iter().map(|(labels, member)| (labels.clone(), member.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::Counter;

    #[test]
    fn the_same_labels_are_the_same_measure() {
        let family: Family<Counter, 2> = Family::new(["a", "b"]);
        family.of(["x", "y"]).add_one();
        family.of(["x", "y"]).add_one();
        family.of(["x", "z"]).add_one();
        let counts: Vec<u64> = family.members().iter().map(|(_, counter)| counter.get()).collect();
        assert_eq!(counts, [2, 1]);
    }

    #[test]
    fn without_end_it_does_not_grow() {
        let family: Family<Counter, 1> = Family::new(["a"]);
        for number in 0..3 * MOST_MEMBERS {
            family.of([&number.to_string()]).add_one();
        }
        assert_eq!(family.members().len(), MOST_MEMBERS);
    }
}
