//! A bar of cells that fill up.

/// Cells of the bar.
const CELLS: usize = 10;

/// `done` from 0 to 1.
pub(super) fn bar(done: f64) -> String {
    let full = ((done * CELLS as f64).round() as usize).min(CELLS);
    format!("{}{}", "▓".repeat(full), "░".repeat(CELLS - full))
}
