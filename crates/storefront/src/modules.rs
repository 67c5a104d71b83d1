//! Which modules a page is made of, as their imports say.

use std::collections::BTreeSet;

use anyhow::Context;

use crate::assets::Files;

/// The module and every one that it reaches. An error: one of them is not there.
pub fn reached_from(first: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut reached = BTreeSet::new();
    let mut due = vec![first.to_owned()];
    while let Some(module) = due.pop() {
        if reached.contains(&module) {
            continue;
        }
        let file = Files::get(&module).with_context(|| format!("there is no module {module}"))?;
        let text = std::str::from_utf8(&file.data).with_context(|| format!("{module} is not UTF-8"))?;
        due.extend(imports(text).map(|import| resolved(&module, import)));
        reached.insert(module);
    }
    Ok(reached)
}

/// The addresses that a module imports, as they stand in it. Types in comments are `import('…')` and are not among them.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let named = [" from '", "\nimport '"].into_iter().flat_map(|before| text.split(before).skip(1));
    named.filter_map(|rest| Some(rest.split_once('\'')?.0)).filter(|address| address.starts_with('.'))
}

/// `../api/http.js` seen from `pages/line.js` is `api/http.js`.
fn resolved(module: &str, import: &str) -> String {
    let mut path: Vec<&str> = module.split('/').collect();
    path.pop();
    for part in import.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_seen_from_the_module_that_has_it() {
        assert_eq!(resolved("app.js", "./pages/line.js"), "pages/line.js");
        assert_eq!(resolved("operator/queue/board.js", "../../api/http.js"), "api/http.js");
        assert_eq!(resolved("operator/queue/board.js", "./state.js"), "operator/queue/state.js");
    }

    #[test]
    fn imports_are_told_from_types_and_texts() {
        let module = "// @ts-check\nimport './first.js';\nimport { a } from './a.js';\n\
                      /** @typedef {import('./type.js').Type} Type */\nexport { b } from '../b.js';\nconst c = 'd';\n";
        let mut found: Vec<_> = imports(module).collect();
        found.sort_unstable();
        assert_eq!(found, ["../b.js", "./a.js", "./first.js"]);
    }
}
