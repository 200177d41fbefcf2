//! The one table in which everything is printed, at most 140 columns wide.

use comfy_table::{CellAlignment, LineStyle, Table, presets};

use super::peers;
use super::score::Score;

const HEAD: [&str; 9] =
    ["rule", "F1", "verdict", "allowed", "coverage", "tightness", "median", "false pers.", "told / true"];

/// A rule with its scores, family by family.
pub struct Rule {
    pub name: String,
    pub by_family: Vec<Score>,
}

impl Rule {
    /// Ours first; unless we are alone, then each peer's, one by one and joined.
    pub fn all(alone: bool) -> Vec<Self> {
        let peers = peers::RULES.iter().filter(|_| !alone);
        let names = peers.flat_map(|(name, _)| [(*name).to_owned(), format!("  {name}, joined")]);
        let unscored = |name| Self { name, by_family: Vec::new() };
        std::iter::once("gatecrawl".to_owned()).chain(names).map(unscored).collect()
    }

    fn total(&self) -> Score {
        let mut total = Score::default();
        self.by_family.iter().for_each(|score| total.add(score));
        total
    }

    /// The mean of each measure over the families that have it.
    fn means(&self) -> [Option<f64>; 6] {
        let of_families: Vec<_> = self.by_family.iter().map(Score::measures).collect();
        std::array::from_fn(|column| {
            let known: Vec<f64> = of_families.iter().filter_map(|measures| measures[column]).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        })
    }
}

/// Prints it.
pub fn show(rules: &[Rule], families: &[&str], seeds: u64) {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none())).set_header(HEAD);
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    let mut block = |title: &str, rows: Vec<[String; 9]>| {
        table.add_row([title]);
        for row in rows {
            table.add_row(row);
        }
    };
    let total = |rule: &Rule| row(&rule.name, rule.total().measures(), &rule.total());
    block("ALL OUTAGES TOGETHER", rules.iter().map(total).collect());
    let mean = |rule: &Rule| row(&rule.name, rule.means(), &rule.total());
    block("MEAN OVER FAMILIES", rules.iter().map(mean).collect());
    let ours = families.iter().zip(&rules[0].by_family);
    let of_family = ours.map(|(name, score)| row(name, score.measures(), score));
    block(&format!("GATECRAWL BY FAMILY, {seeds} SEEDS EACH"), of_family.collect());
    println!("{table}");
}

fn row(name: &str, measures: [Option<f64>; 6], score: &Score) -> [String; 9] {
    let shown = |column: usize, digits: usize| {
        measures[column].map_or_else(|| "-".to_owned(), |measure| format!("{measure:.digits$}"))
    };
    [
        name.to_owned(),
        shown(0, 3),
        shown(1, 3),
        shown(2, 3),
        shown(3, 3),
        shown(4, 2),
        shown(5, 2),
        score.false_persistent.to_string(),
        format!("{} / {}", score.predictions, score.truths),
    ]
}
