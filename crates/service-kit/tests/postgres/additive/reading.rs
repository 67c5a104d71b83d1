//! As much of SQL as it takes to tell statements, their words and their clauses apart.

/// One statement: its words in capitals, brackets and commas words of their own, without what stands in quotes.
pub struct Statement {
    pub words: Vec<String>,
    /// `-- Unused since 1.2.3: …` before it: the release in which the last use of what it takes away ended.
    pub unused_since: Option<Vec<u32>>,
}

/// `1.2.3` as numbers, which compare as releases do.
pub fn version(text: &str) -> Vec<u32> {
    text.split('.').filter_map(|number| number.parse().ok()).collect()
}

pub fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.contains(&word)
}

impl Statement {
    pub fn word_slices(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// What an `ALTER TABLE` does, one thing after the other; the name of the table before the first is left off.
    pub fn clauses(&self) -> Vec<Vec<&str>> {
        let (mut clauses, mut clause, mut depth) = (Vec::new(), Vec::new(), 0);
        for word in self.words.iter().skip(2).skip_while(|word| !VERBS.contains(&word.as_str())) {
            depth += i32::from(word == "(") - i32::from(word == ")");
            if word == "," && depth == 0 {
                clauses.push(std::mem::take(&mut clause));
            } else {
                clause.push(word.as_str());
            }
        }
        clauses.push(clause);
        clauses
    }
}

/// With which a clause begins.
const VERBS: [&str; 9] = ["ADD", "DROP", "ALTER", "RENAME", "SET", "RESET", "VALIDATE", "ENABLE", "DISABLE"];

pub fn statements(sql: &str) -> Vec<Statement> {
    let (mut statements, mut words, mut unused_since) = (Vec::new(), Vec::new(), None);
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (token, after) = rest.split_at(token_length(rest));
        rest = after;
        if let Some(said) = token.strip_prefix("-- Unused since ") {
            unused_since = said.split(':').next().map(version);
        } else if token == ";" {
            statements
                .push(Statement { words: std::mem::take(&mut words), unused_since: unused_since.take() });
        } else if !is_left_out(token, first) {
            words.push(token.to_uppercase());
        }
    }
    statements.push(Statement { words, unused_since });
    statements.retain(|statement| !statement.words.is_empty());
    statements
}

fn is_left_out(token: &str, first: char) -> bool {
    first.is_whitespace() || token.starts_with("--") || token.starts_with("/*") || matches!(first, '\'' | '$')
}

fn token_length(rest: &str) -> usize {
    let through =
        |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |found| from + found + end.len());
    let first = rest.chars().next().unwrap();
    if rest.starts_with("--") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return through("*/", 2);
    }
    if first == '\'' || first == '"' {
        return through(&first.to_string(), 1);
    }
    if first == '$'
        && let Some(tag) = rest[1..].find('$')
    {
        return through(&rest[..tag + 2], tag + 2);
    }
    let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '.';
    if is_word(first) {
        return rest.find(|character: char| !is_word(character)).unwrap_or(rest.len());
    }
    first.len_utf8()
}
