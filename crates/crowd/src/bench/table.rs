//! The table that is printed.

use super::row::{Row, Side};

const HEAD: [&str; 7] = ["id", "what", "ours (median)", "yardstick (median)", "ratio", "goal", "verdict"];

/// All rows in Markdown, its columns aligned; notes and errors below.
pub fn table(rows: &[Row], judged: bool) -> String {
    let mut lines = vec![HEAD.map(str::to_owned)];
    lines.extend(rows.iter().map(|row| cells(row, judged)));
    let mut widths = [0; HEAD.len()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    lines.insert(1, widths.map(|width| "-".repeat(width)));
    let mut text = String::new();
    for line in lines {
        for (cell, width) in line.iter().zip(widths) {
            let padding = width - cell.chars().count();
            text.extend(["| ", cell, &" ".repeat(padding), " "]);
        }
        text.push_str("|\n");
    }
    for row in rows {
        text.extend(row.notes.iter().map(|note| format!("\n{}: {note}", row.id)));
        text.extend(row.not_served.iter().map(|why| format!("\n{}: not served: {why}", row.id)));
        text.extend(row.errors.iter().map(|error| format!("\n{}: ERROR: {error}", row.id)));
    }
    text
}

fn cells(row: &Row, judged: bool) -> [String; 7] {
    let figure = |side: &Side| side.median().map(|median| format!("{} {}", rounded(median), row.unit));
    let yardstick =
        row.yardstick.as_ref().and_then(|side| Some(format!("{} ({})", figure(side)?, side.what)));
    let nothing = || "–".to_owned();
    [
        row.id.to_owned(),
        row.what.clone(),
        figure(&row.ours).unwrap_or_else(nothing),
        yardstick.unwrap_or_else(nothing),
        row.ratio().map_or_else(nothing, |ratio| format!("{ratio:.2}")),
        row.goal.text(row.unit),
        row.verdict(judged).word().to_owned(),
    ]
}

/// Three figures where they matter, thousands apart.
pub fn rounded(figure: f64) -> String {
    if figure.abs() < 10.0 {
        return format!("{figure:.2}");
    }
    if figure.abs() < 100.0 {
        return format!("{figure:.1}");
    }
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::row::Goal;

    #[test]
    fn figures_are_as_long_as_they_matter() {
        let cases =
            [(0.0, "0.00"), (1.234, "1.23"), (42.19, "42.2"), (999.6, "1,000"), (1_234_567.8, "1,234,568")];
        for (figure, text) in cases {
            assert_eq!(rounded(figure), text);
        }
        assert_eq!(rounded(-123_456.0), "-123,456");
    }

    #[test]
    fn the_table_shows_medians_ratio_goal_and_verdict() {
        let mut row = Row::new("P1", "polls", "polls/s", Goal::RatioAtLeast(0.9))
            .against(Side::known("constant", 2_000.0));
        row.ours.rounds = vec![1_000.0, 1_900.0, 1_950.0];
        row.note("a note");
        let mut absent = Row::new("P10b", "streams", "ms", Goal::AtMost(500.0));
        absent.not_served = Some("404".to_owned());
        let text = table(&[row, absent], true);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[2],
            "| P1   | polls   | 1,900 polls/s | 2,000 polls/s (constant) | 0.95  | ≥ 0.9×   | met        |"
        );
        assert_eq!(
            lines[3],
            "| P10b | streams | –             | –                        | –     | ≤ 500 ms | not served |"
        );
        assert!(
            lines
                .iter()
                .all(|line| !line.starts_with('|') || line.chars().count() == lines[0].chars().count())
        );
        assert_eq!(&lines[4..], ["", "P1: a note", "P10b: not served: 404"]);
    }
}
