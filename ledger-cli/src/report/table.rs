//! Tables: with a caption, scopes, and a head that is repeated on every printed page.

use super::escape::Html;

/// A table under construction.
pub(super) struct Table {
    caption: Html,
    class: &'static str,
    heads: Vec<(&'static str, bool)>,
    body: Html,
    rows: usize,
}

/// A cell.
pub(super) struct Cell {
    /// What the check in the browser compares it with; none for what it does not compare.
    fact: Option<&'static str>,
    class: &'static str,
    content: Html,
}

impl Cell {
    /// Text.
    pub(super) fn text(text: impl std::fmt::Display) -> Self {
        Self { fact: None, class: "", content: Html::text(text) }
    }

    /// Markup of this program's own.
    pub(super) const fn html(content: Html) -> Self {
        Self { fact: None, class: "", content }
    }

    /// With the name of the fact that it shows.
    pub(super) const fn fact(mut self, fact: &'static str) -> Self {
        self.fact = Some(fact);
        self
    }

    /// With a class.
    pub(super) const fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }
}

impl<T: std::fmt::Display> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::text(text)
    }
}

impl Table {
    /// A table; a head that ends in `#` is of a column of numbers.
    pub(super) fn new(caption: impl std::fmt::Display, heads: &[&'static str]) -> Self {
        let heads = heads.iter().map(|head| (head.trim_end_matches('#'), head.ends_with('#')));
        Self {
            caption: Html::text(caption),
            class: "",
            heads: heads.collect(),
            body: Html::default(),
            rows: 0,
        }
    }

    /// With a class.
    pub(super) const fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// A row; its first cell is its head.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.row_with("", cells);
    }

    /// A row whose tag has attributes of this program's own.
    pub(super) fn row_with(&mut self, attributes: &str, cells: impl IntoIterator<Item = Cell>) {
        let blank = if attributes.is_empty() { "" } else { " " };
        self.body.push_raw(&format!("<tr{blank}{attributes}>"));
        for (at, cell) in cells.into_iter().enumerate() {
            let number = if self.heads.get(at).is_some_and(|(_, number)| *number) { "n" } else { "" };
            let class = [number, cell.class].join(" ");
            let class = match class.trim() {
                "" => String::new(),
                class => format!(" class=\"{class}\""),
            };
            let fact = cell.fact.map_or_else(String::new, |fact| format!(" data-fact=\"{fact}\""));
            let opening = match at {
                0 => format!("th scope=\"row\"{class}{fact}"),
                _ => format!("td{class}{fact}"),
            };
            self.body.push(&Html::element(&opening, &cell.content));
        }
        self.body.push_raw("</tr>\n");
        self.rows = self.rows.saturating_add(1);
    }

    /// True when it has no row.
    pub(super) const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The markup.
    pub(super) fn markup(&self) -> Html {
        let heads: String = self
            .heads
            .iter()
            .map(|(head, number)| {
                let class = if *number { " class=\"n\"" } else { "" };
                Html::of(&format!("th scope=\"col\"{class}"), head).into_string()
            })
            .collect();
        let mut html = Html::raw(format!(
            "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">",
            self.caption
        ));
        html.push_raw(&format!(
            "<table class=\"{}\">\n<caption>{}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n",
            self.class, self.caption
        ));
        html.push(&self.body);
        html.push_raw("</tbody></table></div>\n");
        html
    }

    /// The markup, or a sentence when there is no row.
    pub(super) fn or(self, nothing: &str) -> Html {
        if self.is_empty() { Html::of("p class=\"none\"", nothing) } else { self.markup() }
    }
}
