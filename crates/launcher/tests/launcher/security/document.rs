//! docs/SECURITY.md has the matrix: written there with `UPDATE_SECURITY=1` in the environment, compared otherwise.

use std::fs;
use std::path::Path;

use super::callers::Caller;
use super::doors::{Cell, Door};
use super::routes::{Answer, Line};

const BEGIN: &str = "<!-- generated: begin -->\n";
const END: &str = "<!-- generated: end -->\n";

#[track_caller]
pub fn assert_committed(lines: &[Line]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/SECURITY.md");
    let text = fs::read_to_string(&path).expect("docs/SECURITY.md is there");
    let (before, rest) = text.split_once(BEGIN).expect("docs/SECURITY.md says where the matrix begins");
    let (committed, after) = rest.split_once(END).expect("docs/SECURITY.md says where the matrix ends");
    let generated = format!("{}\n{}", routes(lines), doors());
    if std::env::var_os("UPDATE_SECURITY").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{generated}{END}{after}")).expect("it can be written");
        return;
    }
    assert!(
        committed == generated,
        "docs/SECURITY.md is not what the tables say: run this test with UPDATE_SECURITY=1, and look at the change"
    );
}

fn routes(lines: &[Line]) -> String {
    let rows = lines.iter().map(|line| {
        let Line { door, owner, another, .. } = line;
        let another = another.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
        format!("| `{}` | {} | {owner} | {another} |\n", line.name(), door.name())
    });
    let head = "| route | door | the owner | another |\n|---|---|---|---|\n".to_owned();
    [head].into_iter().chain(rows).collect::<Vec<_>>().concat()
}

/// Callers down, doors across.
fn doors() -> String {
    let doors: Vec<_> = Door::ALL.into_iter().filter(|door| *door != Door::Closed).collect();
    let names: Vec<_> = doors.iter().map(|door| door.name()).collect();
    let head =
        format!("| who comes to the door | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    let others = Caller::ALL.into_iter().filter(|caller| !matches!(caller, Caller::Owner | Caller::Another));
    let rows = others.map(|caller| {
        let cells: Vec<_> = doors.iter().map(|door| cell(*door, caller)).collect();
        format!("| {} | {} |\n", caller.name(), cells.join(" | "))
    });
    [head].into_iter().chain(rows).collect::<Vec<_>>().concat()
}

fn cell(door: Door, caller: Caller) -> String {
    match door.says(caller) {
        Cell::Own => "as the owner".to_owned(),
        Cell::Other => "as another".to_owned(),
        Cell::Refused(answer) => answer.to_string(),
        Cell::NotGenuine => {
            let [read, unread] = [true, false].map(Answer::to_forged_queue_token);
            format!("{read}; {unread} where no queue token is read")
        }
    }
}
