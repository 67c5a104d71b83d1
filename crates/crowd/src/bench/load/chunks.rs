//! A body in chunks, put together as it comes.

use anyhow::{Context, bail};

/// Where the next byte belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    #[default]
    Size,
    Data(usize),
    /// Behind a chunk: the line break that ends it.
    End,
    Over,
}

/// Takes the framing off, however it was cut up on the way.
#[derive(Debug, Default)]
pub struct Chunks {
    at: At,
    line: Vec<u8>,
}

impl Chunks {
    /// Appends what is in `bytes` to `whole`; whether more may come.
    pub fn take(&mut self, mut bytes: &[u8], whole: &mut Vec<u8>) -> anyhow::Result<bool> {
        while let Some((first, rest)) = bytes.split_first() {
            match self.at {
                At::Size | At::End => {
                    bytes = rest;
                    if *first == b'\n' {
                        self.next_line()?;
                    } else {
                        self.line.push(*first);
                    }
                }
                At::Data(left) => {
                    let (data, behind) = bytes.split_at(left.min(bytes.len()));
                    whole.extend_from_slice(data);
                    bytes = behind;
                    self.at = if data.len() == left { At::End } else { At::Data(left - data.len()) };
                }
                At::Over => break,
            }
        }
        Ok(self.at != At::Over)
    }

    fn next_line(&mut self) -> anyhow::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = std::str::from_utf8(&line).context("the size of a chunk is no text")?.trim();
        self.at = match self.at {
            At::End if text.is_empty() => At::Size,
            At::Size => {
                let size = text.split(';').next().unwrap_or_default();
                match usize::from_str_radix(size, 16).with_context(|| format!("a chunk of size {text:?}"))? {
                    0 => At::Over,
                    size => At::Data(size),
                }
            }
            At::End | At::Data(_) | At::Over => bail!("{text:?} behind a chunk"),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together_however_they_are_cut() {
        let wire = b"5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n";
        for piece in 1..wire.len() {
            let (mut chunks, mut whole, mut goes_on) = (Chunks::default(), Vec::new(), true);
            for bytes in wire.chunks(piece) {
                goes_on = chunks.take(bytes, &mut whole).unwrap();
            }
            assert_eq!((String::from_utf8(whole).unwrap().as_str(), goes_on), ("hello, world", false));
        }
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        assert!(Chunks::default().take(b"hello\r\n", &mut Vec::new()).is_err());
        assert!(Chunks::default().take(b"1\r\nab\r\n", &mut Vec::new()).is_err());
    }
}
