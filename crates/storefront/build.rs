//! Files that are added or taken away are noticed, too: the macro that embeds them sees only those it knew.

fn main() {
    println!("cargo:rerun-if-changed=web");
}
