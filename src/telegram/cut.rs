//! Cutting text to what a message may hold, counted as Telegram counts it.
//!
//! The limits are for the text after its tags and entities have been read, in UTF-16 units.

use std::borrow::Cow;

/// Cuts plain text to `limit` UTF-16 units, the ellipsis included, and never through a character.
pub fn cut_plain(text: &str, limit: usize) -> Cow<'_, str> {
    // A character never takes more UTF-16 units than bytes.
    if text.len() <= limit || text.encode_utf16().count() <= limit {
        return Cow::Borrowed(text);
    }
    let mut cut = String::new();
    let mut units = 0;
    for letter in text.chars() {
        units += letter.len_utf16();
        if units >= limit {
            break;
        }
        cut.push(letter);
    }
    cut.push('…');
    Cow::Owned(cut)
}

/// Cuts Telegram's HTML to `limit` visible UTF-16 units, the ellipsis included. Cuts through no tag, entity or
/// character, and closes the tags that are open where it cuts.
pub fn cut_html(html: &str, limit: usize) -> Cow<'_, str> {
    if html.len() <= limit || tokens(html).map(|token| token.units()).sum::<usize>() <= limit {
        return Cow::Borrowed(html);
    }
    let mut cut = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut units = 0;
    for token in tokens(html) {
        units += token.units();
        if units >= limit && token.units() > 0 {
            break;
        }
        match token {
            Token::Open { name, .. } => open.push(name),
            Token::Close(_) => drop(open.pop()),
            Token::Seen(_) => {}
        }
        cut.push_str(token.source());
    }
    cut.push('…');
    for name in open.iter().rev() {
        cut.push_str("</");
        cut.push_str(name);
        cut.push('>');
    }
    Cow::Owned(cut)
}

/// A piece of HTML that is never cut in two.
enum Token<'a> {
    Open {
        source: &'a str,
        name: &'a str,
    },
    Close(&'a str),
    /// One character, or an entity that stands for one.
    Seen(&'a str),
}

impl<'a> Token<'a> {
    fn source(&self) -> &'a str {
        match self {
            Self::Open { source, .. } | Self::Close(source) | Self::Seen(source) => source,
        }
    }

    fn units(&self) -> usize {
        match self {
            Self::Open { .. } | Self::Close(_) => 0,
            // `&lt;` and its like stand for one unit; a numeric one may stand for two.
            Self::Seen(entity) if entity.len() > 1 && entity.starts_with("&#") => 2,
            Self::Seen(entity) if entity.len() > 1 && entity.starts_with('&') => 1,
            Self::Seen(letter) => letter.encode_utf16().count(),
        }
    }
}

fn tokens(html: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = match first {
            '<' => rest.find('>').map(|end| end + 1),
            '&' => rest.find(';').filter(|end| *end <= 10).map(|end| end + 1),
            _ => None,
        };
        let (token, after) = rest.split_at(end.unwrap_or(first.len_utf8()));
        rest = after;
        Some(match token.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')) {
            Some(inner) if inner.starts_with('/') => Token::Close(token),
            Some(inner) => Token::Open { source: token, name: inner.split_whitespace().next().unwrap_or_default() },
            None => Token::Seen(token),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone() {
        assert!(matches!(cut_html("<b>day</b> &amp; night", 11), Cow::Borrowed(_)));
        assert!(matches!(cut_plain("день", 4), Cow::Borrowed(_)));
    }

    #[test]
    fn tags_that_are_open_at_the_cut_are_closed() {
        assert_eq!(cut_html(r#"a <b>bold <a href="x">link text</a></b>"#, 10), r#"a <b>bold <a href="x">li…</a></b>"#);
    }

    #[test]
    fn an_entity_is_kept_whole_or_left_out() {
        assert_eq!(cut_html("ab&amp;&lt;cd", 5), "ab&amp;&lt;…");
        assert_eq!(cut_html("ab&amp;&lt;cd", 4), "ab&amp;…");
    }

    #[test]
    fn a_surrogate_pair_is_never_halved() {
        assert_eq!(cut_plain("😀😀😀", 4), "😀…");
        assert_eq!(cut_html("😀😀😀", 5), "😀😀…");
    }

    #[test]
    fn a_cut_text_fits() {
        let long = "<i>я&lt;😀</i>".repeat(3000);
        for limit in [1, 2, 3, 1024, 4096] {
            let cut = cut_html(&long, limit);
            assert!(tokens(&cut).map(|token| token.units()).sum::<usize>() <= limit, "{limit}");
            assert_eq!(cut.matches("<i>").count(), cut.matches("</i>").count());
        }
    }
}
