//! Bytes as a way to alter a text: so that an engine, which cannot forge a signature, changes genuine tokens.

/// What is done to the text at one place.
#[derive(Clone, Copy, Debug)]
enum Edit {
    Replace(u8),
    Insert(u8),
    Delete,
    /// The text from here on once more.
    Repeat,
    Truncate,
    FlipCase,
    /// With the byte behind it.
    Swap,
}

const EDIT: usize = 3;

/// `text` after the edits that `script` stands for: three bytes each, what, where and with what.
pub fn apply(text: &str, script: &[u8]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for edit in script.chunks_exact(EDIT) {
        let [what, place, with] = edit else { continue };
        // The tail of a token is where base64 has bits to spare.
        let place = usize::from(*place);
        let place = if what & 0x80 == 0 { place } else { bytes.len().saturating_sub(1 + place % 8) };
        alter(&mut bytes, edit_of(what & 0x7f, *with), place);
    }
    bytes
}

fn edit_of(what: u8, with: u8) -> Edit {
    match what % 7 {
        0 => Edit::Replace(with),
        1 => Edit::Insert(with),
        2 => Edit::Delete,
        3 => Edit::Repeat,
        4 => Edit::Truncate,
        5 => Edit::FlipCase,
        _ => Edit::Swap,
    }
}

fn alter(bytes: &mut Vec<u8>, edit: Edit, place: usize) {
    let place = if bytes.is_empty() { 0 } else { place % bytes.len() };
    match edit {
        Edit::Insert(with) => bytes.insert(place, with),
        Edit::Delete => drop(bytes.drain(place..bytes.len().min(place + 1))),
        Edit::Truncate => bytes.truncate(place),
        // Twice as long at most, and a script has an end.
        Edit::Repeat => bytes.extend_from_within(place..),
        Edit::Replace(with) => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte = with),
        Edit::FlipCase => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 0x20),
        Edit::Swap if place + 1 < bytes.len() => bytes.swap(place, place + 1),
        Edit::Swap => {}
    }
}

/// Which text, and one edit of each kind at its beginning and at its end.
pub fn seeds() -> Vec<Vec<u8>> {
    let edits = (0..7_u8).flat_map(|what| [vec![what, 0, b'A'], vec![what | 0x80, 0, b'B']]);
    edits.flat_map(|edit| (0..4_u8).map(move |text| [vec![text], edit.clone()].concat())).collect()
}
