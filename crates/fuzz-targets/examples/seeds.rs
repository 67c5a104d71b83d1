//! Writes the seeds of a target into a folder, as an engine wants its corpus: `seeds <target> <folder>`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err(std::io::Error::other("seeds <target> <folder>"));
    };
    let known = || fuzz_targets::TARGETS.map(|target| target.name).join(" ");
    let Some(target) = fuzz_targets::TARGETS.iter().find(|target| target.name == name) else {
        return Err(std::io::Error::other(format!("no target {name}; there are {}", known())));
    };
    fs::create_dir_all(&folder)?;
    for (number, seed) in (target.seeds)().into_iter().enumerate() {
        fs::write(Path::new(&folder).join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
